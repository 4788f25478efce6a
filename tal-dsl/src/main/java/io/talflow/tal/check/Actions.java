package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;

/** Walks over what a rule does. */
final class Actions {
    private Actions() {}

    static List<Action> of(Rule rule) {
        return rule.reactions().all();
    }

    static Template template(Action action) {
        return action.accept(new Action.Visitor<>() {
            @Override
            public Template invoke(Action.Invoke invoke) {
                return invoke.with();
            }

            @Override
            public Template set(Action.Set set) {
                return set.patch();
            }

            @Override
            public Template skip(Action.Skip skip) {
                return Template.Literal.NULL;
            }

            @Override
            public Template emit(Action.Emit emit) {
                return new Template.Array(List.of(emit.subject().orElse(Template.Literal.NULL), emit.data()));
            }

            @Override
            public Template start(Action.Start start) {
                return start.with();
            }

            @Override
            public Template cancel(Action.Cancel cancel) {
                return Template.Literal.NULL;
            }

            @Override
            public Template enable(Action.Enable enable) {
                return Template.Literal.NULL;
            }

            @Override
            public Template add(Action.Add add) {
                return add.given();
            }

            @Override
            public Template complete(Action.Complete complete) {
                return complete.output();
            }

            @Override
            public Template fail(Action.Fail fail) {
                return fail.error();
            }
        });
    }

    static List<Template.Expression> expressions(Template template) {
        List<Template.Expression> found = new ArrayList<>();
        collect(template, found);
        return found;
    }

    private static void collect(Template template, List<Template.Expression> found) {
        if (template instanceof Template.Expression expression) {
            found.add(expression);
        } else if (template instanceof Template.Text text) {
            text.parts().forEach(part -> collect(part, found));
        } else if (template instanceof Template.Array array) {
            array.items().forEach(item -> collect(item, found));
        } else if (template instanceof Template.Struct struct) {
            struct.fields().values().forEach(field -> collect(field, found));
        }
    }
}
