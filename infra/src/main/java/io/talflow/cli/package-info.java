/** The {@code talflow} command. */
package io.talflow.cli;
