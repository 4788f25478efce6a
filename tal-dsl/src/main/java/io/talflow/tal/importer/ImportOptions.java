package io.talflow.tal.importer;

/**
 * How a recorded workflow becomes one that runs here.
 *
 * @param timeScale what recorded runtimes are multiplied by; what took any time takes 1 ms at least
 */
public record ImportOptions(double timeScale) {
    public static final ImportOptions DEFAULT = new ImportOptions(1.0);

    public ImportOptions {
        if (!(timeScale >= 0) || Double.isInfinite(timeScale)) {
            throw new IllegalArgumentException("timeScale: must be 0 or more, is " + timeScale);
        }
    }
}
