package io.talflow.tal.parse;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.Optional;

/** Placeholder until the language branch is merged. */
public final class RuleReader {
    private RuleReader() {}

    public static Rule read(Workflow workflow, Object json) {
        Problems problems = new Problems("rule");
        Optional<Node> node = YamlReader.read(Json.bytes(json), YamlReader.Limits.TAL, problems);
        Optional<Action.Add> added = node.flatMap(new RulesReader(problems)::added);
        problems.throwIfErrors();
        return added.orElseThrow(() -> new InvalidTal(problems.all())).rule();
    }
}
