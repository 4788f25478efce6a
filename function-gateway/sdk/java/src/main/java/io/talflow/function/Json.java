package io.talflow.function;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON without a library: null, Boolean, Long, Double, String, {@code List<Object>}, {@code Map<String, Object>}. An
 * integer that does not fit a long becomes a double.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class Json {
    private static final int MAX_DEPTH = 200;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if the text is not exactly one JSON value; with the place */
    public static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.space();
        if (json.at < text.length()) {
            throw json.wrong("nothing more");
        }
        return value;
    }

    /** @throws IllegalArgumentException if the value, or one in it, is no JSON value */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.toString();
    }

    private Object value(int depth) {
        space();
        if (depth > MAX_DEPTH) {
            throw wrong("at most %d levels".formatted(MAX_DEPTH));
        }
        if (at == text.length()) {
            throw wrong("a value");
        }
        switch (text.charAt(at)) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        at++;
        if (isNext('}')) {
            return object;
        }
        do {
            space();
            if (at == text.length() || text.charAt(at) != '"') {
                throw wrong("a name in quotes");
            }
            String name = string();
            if (!isNext(':')) {
                throw wrong("a colon");
            }
            object.put(name, value(depth + 1));
        } while (isNext(','));
        if (!isNext('}')) {
            throw wrong("a comma or }");
        }
        return object;
    }

    private List<Object> array(int depth) {
        List<Object> array = new ArrayList<>();
        at++;
        if (isNext(']')) {
            return array;
        }
        do {
            array.add(value(depth + 1));
        } while (isNext(','));
        if (!isNext(']')) {
            throw wrong("a comma or ]");
        }
        return array;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char next = text.charAt(at++);
            if (next < ' ') {
                throw wrong("no control character in a string");
            }
            string.append(next == '\\' ? escaped() : next);
        }
        if (at == text.length()) {
            throw wrong("a closing quote");
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char escape = at < text.length() ? text.charAt(at++) : ' ';
        int simple = "\"\\/bfnrt".indexOf(escape);
        if (simple >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(simple);
        }
        if (escape == 'u'
                && at + 4 <= text.length()
                && text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        throw wrong("an escape");
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            at = start;
            throw wrong("a value");
        }
        try {
            return number.matches("-?[0-9]+") ? (Object) Long.parseLong(number) : (Object) Double.parseDouble(number);
        } catch (NumberFormatException e) {
            return Double.parseDouble(number);
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("a value");
        }
        at += word.length();
        return value;
    }

    private boolean isNext(char wanted) {
        space();
        boolean there = at < text.length() && text.charAt(at) == wanted;
        if (there) {
            at++;
        }
        return there;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException("not JSON at character %d: expected %s".formatted(at, wanted));
    }

    private static void write(Object value, StringBuilder out, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "not JSON: more than %d levels, or it holds itself".formatted(MAX_DEPTH));
        }
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number number) {
            out.append(number(number));
        } else if (value instanceof CharSequence string) {
            quote(string, out);
        } else if (value instanceof Map<?, ?> map) {
            write(map, out, depth);
        } else if (value instanceof Iterable<?> items) {
            String separator = "[";
            for (Object item : items) {
                write(item, out.append(separator), depth + 1);
                separator = ",";
            }
            out.append(separator.equals("[") ? "[]" : "]");
        } else {
            throw new IllegalArgumentException("not JSON: a " + value.getClass().getName());
        }
    }

    private static void write(Map<?, ?> map, StringBuilder out, int depth) {
        String separator = "{";
        for (Map.Entry<?, ?> field : map.entrySet()) {
            if (!(field.getKey() instanceof String name)) {
                throw new IllegalArgumentException("not JSON: the name %s is no text".formatted(field.getKey()));
            }
            quote(name, out.append(separator));
            write(field.getValue(), out.append(':'), depth + 1);
            separator = ",";
        }
        out.append(separator.equals("{") ? "{}" : "}");
    }

    private static String number(Number number) {
        if (number instanceof BigDecimal decimal) {
            return decimal.toString();
        }
        if (Double.isNaN(number.doubleValue()) || Double.isInfinite(number.doubleValue())) {
            throw new IllegalArgumentException("not JSON: " + number);
        }
        return number.toString();
    }

    private static void quote(CharSequence string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char next = string.charAt(i);
            if (next == '"' || next == '\\') {
                out.append('\\').append(next);
            } else if (next < ' ') {
                out.append("\\u%04x".formatted((int) next));
            } else {
                out.append(next);
            }
        }
        out.append('"');
    }
}
