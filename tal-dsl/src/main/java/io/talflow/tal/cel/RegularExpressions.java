package io.talflow.tal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.List;
import java.util.Map;

/** Regular expressions that an expression writes out: one that can never be used is found before the task that would fail. */
final class RegularExpressions {
    private static final String MATCHES = "matches";
    private static final String PROBE = "''.matches(event.data.pattern)";

    private RegularExpressions() {}

    /** @throws InvalidCel if one is none, or its program exceeds the limit */
    static void check(CelAbstractSyntaxTree ast) {
        CelNavigableAst.fromAst(ast).getRoot().allNodes().forEach(node -> {
            if (node.getKind() == ExprKind.Kind.CALL
                    && node.expr().call().function().equals(MATCHES)) {
                List<CelExpr> args = node.expr().call().args();
                CelExpr written = args.get(args.size() - 1);
                if (written.getKind() == ExprKind.Kind.CONSTANT
                        && written.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                    check(
                            written.constant().stringValue(),
                            ast.getSource().getPositionsMap().getOrDefault(written.id(), 0));
                }
            }
        });
    }

    private static void check(String pattern, int offset) {
        try {
            Probe.MATCH.evaluate(Scope.ofEvent(Map.of("data", Map.of("pattern", pattern))));
        } catch (ExpressionFailed e) {
            throw new InvalidCel(1, offset + 1, e.getMessage().substring(PROBE.length() + "${  }: ".length()));
        }
    }

    /** What the runtime itself does with one. */
    private static final class Probe {
        static final CompiledExpression MATCH =
                CompiledExpression.of(new Template.Expression(PROBE, Position.NONE), CelEnvironment.ofEvent(Map.of()));
    }
}
