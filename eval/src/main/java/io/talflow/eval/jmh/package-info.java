/** Microbenchmarks of what the operator is made of; {@code talflow bench jmh} runs them. */
package io.talflow.eval.jmh;
