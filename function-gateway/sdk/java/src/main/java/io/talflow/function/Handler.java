package io.talflow.function;

/** A function. Calls may overlap; each has a thread of its own, which is interrupted when the call is cancelled. */
@FunctionalInterface
public interface Handler {
    /**
     * @param input JSON as null, Boolean, Long, Double, String, {@code List<Object>} or {@code Map<String, Object>}
     * @return the result, of the same types; any Number, CharSequence, Iterable or Map with text as keys
     * @throws Failure to fail with an error of its own name
     * @throws Exception to fail with {@code Function.Error}
     */
    Object handle(Context context, Object input) throws Exception;
}
