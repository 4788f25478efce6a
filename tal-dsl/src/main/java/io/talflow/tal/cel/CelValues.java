package io.talflow.tal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** CEL's values as JSON's, by the rules protobuf has for its well-known types. */
final class CelValues {
    private CelValues() {}

    static Object toJson(Object value) {
        if (value == null || value instanceof NullValue) {
            return null;
        }
        if (value instanceof String || value instanceof Boolean || value instanceof Long || value instanceof Double) {
            return value;
        }
        if (value instanceof JsonView.ListView view) {
            return view.json;
        }
        if (value instanceof JsonView.MapView view) {
            return view.json;
        }
        if (value instanceof Duration duration) {
            return BigDecimal.valueOf(duration.getSeconds())
                            .add(BigDecimal.valueOf(duration.getNano(), 9).stripTrailingZeros())
                            .toPlainString()
                    + "s";
        }
        if (value instanceof CelByteString bytes) {
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        }
        if (value instanceof UnsignedLong unsigned) {
            return unsigned.longValue();
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Optional<?> optional) {
            return toJson(optional.orElse(null));
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>(list.size());
            list.forEach(item -> items.add(toJson(item)));
            return items;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((name, field) -> fields.put(String.valueOf(name), toJson(field)));
            return fields;
        }
        return value.toString();
    }
}
