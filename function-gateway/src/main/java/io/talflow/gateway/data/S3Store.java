package io.talflow.gateway.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** A bucket of S3 or of a store that speaks it. Credentials are found as the AWS SDK finds them, for example in the environment. */
final class S3Store implements RemoteStore {
    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3Store(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** @param address {@code s3://BUCKET/PREFIX?endpoint=URL&region=R}; with an endpoint the bucket is part of the path */
    static S3Store of(URI address) {
        Map<String, String> parameters = new HashMap<>();
        if (address.getQuery() != null) {
            for (String parameter : address.getQuery().split("&")) {
                int equals = parameter.indexOf('=');
                parameters.put(parameter.substring(0, Math.max(0, equals)), parameter.substring(equals + 1));
            }
        }
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                // a transfer compares with the value's own checksum, and not every store knows the SDK's default ones
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (parameters.containsKey("region") || parameters.containsKey("endpoint")) {
            builder.region(Region.of(parameters.getOrDefault("region", "us-east-1")));
        }
        if (parameters.containsKey("endpoint")) {
            builder.endpointOverride(URI.create(parameters.get("endpoint"))).forcePathStyle(true);
        }
        String path = address.getPath() == null ? "" : address.getPath().replaceFirst("^/", "");
        return new S3Store(
                builder.build(), address.getHost(), path.isEmpty() || path.endsWith("/") ? path : path + "/");
    }

    @Override
    public void put(String task, Value value) throws IOException {
        Descriptor descriptor = value.descriptor();
        try {
            RequestBody body = RequestBody.fromContentProvider(
                    () -> {
                        try {
                            return value.open(0);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    descriptor.bytes(),
                    descriptor.type());
            client.putObject(
                    request -> request.bucket(bucket)
                            .key(key(task, descriptor.id()))
                            .contentType(descriptor.type()),
                    body);
        } catch (SdkException e) {
            throw failed("put", task, descriptor.id(), e);
        }
    }

    @Override
    public InputStream open(String task, String id, long from) throws IOException {
        try {
            return new Body(client.getObject(request -> {
                request.bucket(bucket).key(key(task, id));
                if (from > 0) {
                    request.range("bytes=%d-".formatted(from));
                }
            }));
        } catch (NoSuchKeyException e) {
            throw new Source.NotThere("bucket %s has no %s".formatted(bucket, key(task, id)));
        } catch (SdkException e) {
            throw failed("get", task, id, e);
        }
    }

    @Override
    public void delete(String task, String id) throws IOException {
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key(task, id)));
        } catch (SdkException e) {
            throw failed("delete", task, id, e);
        }
    }

    private IOException failed(String verb, String task, String id, SdkException error) {
        return new IOException(
                "cannot %s %s in bucket %s: %s".formatted(verb, key(task, id), bucket, error.getMessage()), error);
    }

    private String key(String task, String id) {
        return prefix + Folders.folder(task) + "/" + id;
    }

    @Override
    public void close() {
        client.close();
    }

    /** An object's content. What is left of it is not read when it is closed. */
    private static final class Body extends FilterInputStream {
        private final ResponseInputStream<GetObjectResponse> response;
        private boolean ended;

        Body(ResponseInputStream<GetObjectResponse> response) {
            super(response);
            this.response = response;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            ended |= count < 0;
            return count;
        }

        @Override
        public void close() throws IOException {
            if (ended) {
                super.close();
            } else {
                response.abort();
            }
        }
    }
}
