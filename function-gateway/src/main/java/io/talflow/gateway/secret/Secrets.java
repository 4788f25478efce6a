package io.talflow.gateway.secret;

import io.talflow.tal.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The values that one call is given, and how they are kept out of all that is written down of it. */
public final class Secrets {
    /** No secrets: masks nothing, at no cost. */
    public static final Secrets NONE = new Secrets(Map.of());

    /** What stands for a value. */
    public static final String MASK = "***";

    private final Map<String, String> values;
    /** Forms of the values, the longest first, since one may hold another. */
    private final List<String> forms;
    /** The same, each byte of their UTF-8 a character. */
    private final List<String> bytes;

    Secrets(Map<String, String> values) {
        this.values = Map.copyOf(values);
        Set<String> all = new LinkedHashSet<>();
        values.values().forEach(value -> forms(value, all));
        forms = all.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        bytes = forms.stream()
                .map(form -> new String(form.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static void forms(String value, Set<String> all) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String json = Json.text(value);
        all.add(value);
        all.add(json.substring(1, json.length() - 1));
        all.add(URLEncoder.encode(value, StandardCharsets.UTF_8));
        all.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        all.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        value.lines()
                .map(String::strip)
                .filter(line -> line.length() >= SecretStore.MIN_BYTES)
                .forEach(all::add);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** By name. */
    public Map<String, String> values() {
        return values;
    }

    /** Bytes of the longest form of a value: what is cut off nearer than this to one may hold a part of it. */
    public int longest() {
        return bytes.stream().mapToInt(String::length).max().orElse(0);
    }

    /** Masks what comes in parts. */
    public MaskedStream stream() {
        return new MaskedStream(this);
    }

    /** Where a text, each byte a character, can be cut so that no value goes across, whatever comes after it. */
    int safe(String text) {
        int safe = text.length();
        for (String form : bytes) {
            int from = Math.max(0, text.length() - form.length() + 1);
            while (from < safe && !form.startsWith(text.substring(from))) {
                from++;
            }
            safe = Math.min(safe, from);
        }
        return beforeWhatGoesAcross(text, safe);
    }

    private int beforeWhatGoesAcross(String text, int cut) {
        int safe = cut;
        for (boolean moved = true; moved; ) {
            moved = false;
            for (String form : bytes) {
                int at = text.indexOf(form, Math.max(0, safe - form.length() + 1));
                if (at >= 0 && at < safe) {
                    safe = at;
                    moved = true;
                }
            }
        }
        return safe;
    }

    public String masked(String text) {
        String masked = text;
        for (String form : forms) {
            masked = masked.replace(form, MASK);
        }
        return masked;
    }

    /** Text in UTF-8, or what was meant as such. */
    public byte[] masked(byte[] text) {
        if (forms.isEmpty()) {
            return text;
        }
        // each byte a character, so that bytes which are no UTF-8 stay as they are
        String come = new String(text, StandardCharsets.ISO_8859_1);
        String masked = come;
        for (String form : bytes) {
            masked = masked.replace(form, MASK);
        }
        return masked.equals(come) ? text : masked.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** JSON that stays JSON; the same array if there is nothing to mask. */
    public byte[] maskedJson(byte[] json) {
        if (forms.isEmpty()) {
            return json;
        }
        Object value = Json.parse(json);
        Object masked = mask(value);
        return Objects.equals(masked, value) ? json : Json.bytes(masked);
    }

    private Object mask(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> masked = new LinkedHashMap<>();
            map.forEach((key, field) -> masked.put(masked(String.valueOf(key)), mask(field)));
            return masked;
        }
        if (value instanceof List<?> list) {
            List<Object> masked = new ArrayList<>();
            list.forEach(item -> masked.add(mask(item)));
            return masked;
        }
        if (value instanceof String text) {
            return masked(text);
        }
        if (value instanceof Number number) {
            String text = Json.text(number);
            return masked(text).equals(text) ? value : MASK;
        }
        return value;
    }

    @Override
    public String toString() {
        return "secrets " + values.keySet();
    }
}
