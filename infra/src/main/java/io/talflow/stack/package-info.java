/** The stack on one machine: a Kafka broker, Flink with the orchestrator job, and the gateway, in one process or several. */
package io.talflow.stack;
