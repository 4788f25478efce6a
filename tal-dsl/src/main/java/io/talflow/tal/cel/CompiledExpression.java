package io.talflow.tal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.talflow.tal.model.Template;
import java.util.List;
import java.util.Optional;

/** A compiled CEL expression; thread-safe. */
public final class CompiledExpression {
    private final String source;
    private final CelRuntime.Program program;
    private final Mentions mentions;
    private final List<List<String>> paths;
    private final boolean bool;

    private CompiledExpression(
            String source, CelRuntime.Program program, Mentions mentions, List<List<String>> paths, boolean bool) {
        this.source = source;
        this.program = program;
        this.mentions = mentions;
        this.paths = List.copyOf(paths);
        this.bool = bool;
    }

    /** @throws InvalidCel if it does not compile; a validated workflow's always does */
    public static CompiledExpression of(Template.Expression expression, CelEnvironment environment) {
        return environment.compiled(expression.cel(), source -> compile(source, environment));
    }

    private static CompiledExpression compile(String source, CelEnvironment environment) {
        try {
            CelAbstractSyntaxTree ast = environment.cel().compile(source).getAst();
            RegularExpressions.check(ast);
            boolean bool = ast.getResultType().equals(SimpleType.BOOL)
                    || ast.getResultType().equals(SimpleType.DYN);
            return new CompiledExpression(
                    source, environment.cel().createProgram(ast), MentionsOf.ast(ast), MentionsOf.paths(ast), bool);
        } catch (CelValidationException e) {
            throw invalid(e, source, environment);
        } catch (CelEvaluationException e) {
            throw new InvalidCel(1, 1, e.getMessage());
        }
    }

    /** Whether it can be a condition: of type bool, or known only when it is evaluated. */
    public boolean canBeCondition() {
        return bool;
    }

    /**
     * The value, as a JSON value.
     *
     * @throws ExpressionFailed if it has none on these variables, or exceeds a limit
     */
    public Object evaluate(Scope scope) {
        try {
            return CelValues.toJson(program.eval(name -> Optional.ofNullable(JsonView.of(scope.get(name)))));
        } catch (CelEvaluationException | RuntimeException e) {
            throw new ExpressionFailed("${ %s }: %s".formatted(source, reason(e)), e);
        }
    }

    /** @throws ExpressionFailed if it fails, or is not a boolean */
    public boolean test(Scope scope) {
        Object value = evaluate(scope);
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw new ExpressionFailed("${ %s }: must be true or false, is %s".formatted(source, value), null);
    }

    public Mentions mentions() {
        return mentions;
    }

    /** What it looks at, as names from a root down: {@code event.data.amount}; each once. */
    public List<List<String>> paths() {
        return paths;
    }

    private static String reason(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.replaceFirst("^evaluation error at [^:]*:\\d+: ", "");
    }

    private static InvalidCel invalid(CelValidationException e, String source, CelEnvironment environment) {
        for (CelIssue issue : e.getErrors()) {
            return new InvalidCel(
                    Math.max(1, issue.getSourceLocation().getLine()),
                    Math.max(0, issue.getSourceLocation().getColumn()) + 1,
                    CelMessages.of(issue, source, environment));
        }
        return new InvalidCel(1, 1, e.getMessage());
    }
}
