package io.talflow.tal.cel;

import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.StructType;
import io.talflow.tal.parse.Names;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what the CEL compiler says, in the words of a workflow's author. */
final class CelMessages {
    private static final Pattern UNDEFINED = Pattern.compile("undefined field '([^']*)'.*");
    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*");
    private static final Pattern OVERLOAD =
            Pattern.compile("found no matching overload for '([^']*)' applied to '([^']*)'.*");

    private CelMessages() {}

    static String of(CelIssue issue, String source, CelEnvironment environment) {
        String message = issue.getMessage();
        Matcher undefined = UNDEFINED.matcher(message);
        if (undefined.matches()) {
            String field = undefined.group(1);
            return "no field %s is declared%s"
                    .formatted(field, Names.suggestion(field, siblings(issue.getExprId(), source, environment)));
        }
        Matcher undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            String name = undeclared.group(1);
            return "%s is not known%s"
                    .formatted(
                            name, Names.suggestion(name, environment.variables().keySet()));
        }
        Matcher overload = OVERLOAD.matcher(message);
        if (overload.matches()) {
            String operator = overload.group(1).replaceAll("[_@]", "");
            return "%s does not go with %s".formatted(operator, overload.group(2));
        }
        return message.contains("'<EOF>'") ? "it ends too early" : message.replaceFirst(" expecting \\{.*", "");
    }

    /** The declared fields beside the one that is not; the compiler does not tell them. */
    private static Set<String> siblings(long selectId, String source, CelEnvironment environment) {
        try {
            CelExpr root = environment.cel().parse(source).getAst().getExpr();
            return CelNavigableExpr.fromExpr(root)
                    .allNodes()
                    .filter(node -> node.getKind() == Kind.SELECT && node.id() == selectId)
                    .findFirst()
                    .flatMap(node -> type(node.expr().select().operand(), environment))
                    .map(StructType::fieldNames)
                    .<Set<String>>map(Set::copyOf)
                    .orElse(Set.of());
        } catch (CelValidationException e) {
            return Set.of();
        }
    }

    private static Optional<StructType> type(CelExpr expr, CelEnvironment environment) {
        Optional<CelType> type = Optional.empty();
        if (expr.getKind() == Kind.IDENT) {
            type = Optional.ofNullable(environment.variables().get(expr.ident().name()));
        } else if (expr.getKind() == Kind.SELECT) {
            type = type(expr.select().operand(), environment)
                    .flatMap(struct -> struct.findField(expr.select().field()))
                    .map(StructType.Field::type);
        }
        return type.filter(StructType.class::isInstance).map(StructType.class::cast);
    }
}
