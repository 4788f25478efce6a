package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;

/** Walks over what a rule does. */
final class Actions {
    private Actions() {}

    /** The nodes that actions invoke or start. */
    static List<String> runs(List<Action> actions) {
        List<String> nodes = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Invoke invoke) {
                nodes.add(invoke.as());
            } else if (action instanceof Action.Start start) {
                nodes.add(start.as());
            }
        }
        return nodes;
    }

    /** Whether nothing after it is reached. */
    static boolean ends(Action action) {
        return action instanceof Action.Complete || action instanceof Action.Fail;
    }

    /** The expressions that are evaluated when the action is carried out. */
    static List<Template.Expression> expressions(Action action) {
        List<Template.Expression> found = new ArrayList<>();
        action.accept(TemplatesOf.INSTANCE).forEach(template -> collect(template, found));
        return found;
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

    private enum TemplatesOf implements Action.Visitor<List<Template>> {
        INSTANCE;

        @Override
        public List<Template> invoke(Action.Invoke invoke) {
            return List.of(invoke.with());
        }

        @Override
        public List<Template> set(Action.Set set) {
            return List.of(set.patch());
        }

        @Override
        public List<Template> skip(Action.Skip skip) {
            return List.of();
        }

        @Override
        public List<Template> emit(Action.Emit emit) {
            return emit.subject().map(subject -> List.of(subject, emit.data())).orElse(List.of(emit.data()));
        }

        @Override
        public List<Template> start(Action.Start start) {
            return List.of(start.with());
        }

        @Override
        public List<Template> cancel(Action.Cancel cancel) {
            return List.of();
        }

        @Override
        public List<Template> enable(Action.Enable enable) {
            return List.of();
        }

        @Override
        public List<Template> add(Action.Add add) {
            return List.of(add.given());
        }

        @Override
        public List<Template> complete(Action.Complete complete) {
            return List.of(complete.output());
        }

        @Override
        public List<Template> fail(Action.Fail fail) {
            return List.of(fail.error());
        }
    }
}
