package io.talflow.tal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads off a checked expression what it can look at. */
final class MentionsOf {
    private MentionsOf() {}

    static Mentions ast(CelAbstractSyntaxTree ast) {
        Set<String> roots = new HashSet<>();
        Set<String> results = new HashSet<>();
        CelNavigableAst.fromAst(ast).getRoot().allNodes().forEach(node -> {
            if (node.getKind() == ExprKind.Kind.IDENT) {
                String name = node.expr().ident().name();
                roots.add(name);
                if (name.equals("results")) {
                    results.add(node.parent().map(MentionsOf::field).orElse("*"));
                }
            }
        });
        return new Mentions(roots, results);
    }

    /** The longest chains of fields from a root down. */
    static List<List<String>> paths(CelAbstractSyntaxTree ast) {
        Set<List<String>> paths = new LinkedHashSet<>();
        CelNavigableAst.fromAst(ast).getRoot().allNodes().forEach(node -> {
            if (node.getKind() == ExprKind.Kind.IDENT) {
                List<String> path = new ArrayList<>(List.of(node.expr().ident().name()));
                Optional<CelNavigableExpr> above = node.parent();
                while (above.isPresent() && above.get().getKind() == ExprKind.Kind.SELECT) {
                    path.add(above.get().expr().select().field());
                    above = above.get().parent();
                }
                paths.add(path);
            }
        });
        return new ArrayList<>(paths);
    }

    /** The one field of {@code results} the parent looks at: {@code results.a}, {@code results["a"]}, {@code "a" in results}. */
    private static String field(CelNavigableExpr parent) {
        CelExpr expr = parent.expr();
        if (parent.getKind() == ExprKind.Kind.SELECT) {
            return expr.select().field();
        }
        if (parent.getKind() == ExprKind.Kind.CALL) {
            List<CelExpr> args = expr.call().args();
            String function = expr.call().function();
            if (function.equals("_[_]")) {
                return text(args.get(1));
            }
            if (function.equals("@in")) {
                return text(args.get(0));
            }
        }
        return "*";
    }

    private static String text(CelExpr expr) {
        return expr.getKind() == ExprKind.Kind.CONSTANT && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? expr.constant().stringValue()
                : "*";
    }
}
