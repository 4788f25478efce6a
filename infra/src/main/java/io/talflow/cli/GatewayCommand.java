package io.talflow.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a gateway and prints what it answers. */
abstract class GatewayCommand {
    @Mixin
    Connection connection;

    @Mixin
    Output output;

    @Spec
    CommandSpec spec;
}
