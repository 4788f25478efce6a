/** The benchmarks: the bare loop that is the floor, and Talflow's own path beside it. docs/benchmarks.md says what is measured. */
package io.talflow.eval;
