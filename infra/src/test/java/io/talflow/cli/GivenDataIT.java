package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A sub-task")
@ExtendWith(SharedStack.class)
class GivenDataIT {
    private static final String FUNCTIONS = """
            import json
            from talflow import DataRefused

            def make(ctx, input):
                with open(input["leak"], "w") as leak:
                    json.dump(ctx.put("secret", b"s" * 100000), leak)
                return ctx.put("film", b"f" * 100000)

            def read(ctx, input):
                return {"bytes": len(ctx.get(input).read())}

            def steal(ctx, input):
                with open(input["leak"]) as leak:
                    secret = json.load(leak)
                return {"secret": secret, "code": refusal(ctx, secret)}

            def launder(ctx, input):
                return {"code": refusal(ctx, input["secret"])}

            def refusal(ctx, reference):
                try:
                    return "read %d bytes" % len(ctx.get(reference).read())
                except DataRefused as refused:
                    return refused.code
            """;

    private static final String PARENT = """
            tal: 1
            workflow: studio
            functions: {make: {python: "functions.py:make"}}
            rules:
              - {when: started, do: {invoke: make, with: "${ input }"}}
              - {when: {completed: make}, do: {start: cutter, with: {film: "${ event.data }", leak: "${ input.leak }"}}}
              - {when: {completed: cutter}, do: {complete: "${ event.data }"}}
            """;

    private static final String CHILD = """
            tal: 1
            workflow: cutter
            functions:
              read: {python: "functions.py:read"}
              steal: {python: "functions.py:steal"}
              launder: {python: "functions.py:launder"}
            rules:
              - when: started
                do:
                  - {invoke: read, with: "${ input.film }"}
                  - {invoke: steal, with: "${ input }"}
                  - {start: titles, with: {film: "${ input.film }"}}
              - {when: {completed: steal}, do: {invoke: launder, with: "${ event.data }"}}
              - when: {all: [{completed: read}, {completed: steal}, {completed: launder}, {completed: titles}]}
                do: {complete: {read: "${ values[0].bytes }", stolen: "${ values[1].code }", laundered: "${ values[2].code }", below: "${ values[3] }"}}
            """;

    private static final String GRANDCHILD = """
            tal: 1
            workflow: titles
            functions: {read: {python: "functions.py:read"}}
            rules:
              - {when: started, do: {invoke: read, with: "${ input.film }"}}
              - {when: {completed: read}, do: {complete: "${ event.data.bytes }"}}
            """;

    private static final String ABOVE = """
            tal: 1
            workflow: premiere
            functions:
              read: {python: "functions.py:read"}
              steal: {python: "functions.py:steal"}
              launder: {python: "functions.py:launder"}
            rules:
              - {when: started, do: {start: render, with: "${ input }"}}
              - when: {completed: render}
                do:
                  - {invoke: read, with: "${ event.data }"}
                  - {start: titles, with: {film: "${ event.data }"}}
                  - {invoke: steal, with: "${ input }"}
              - {when: {completed: steal}, do: {invoke: launder, with: "${ event.data }"}}
              - when: {all: [{completed: read}, {completed: steal}, {completed: launder}, {completed: titles}]}
                do: {complete: {read: "${ values[0].bytes }", stolen: "${ values[1].code }", laundered: "${ values[2].code }", beside: "${ values[3] }"}}
            """;

    private static final String BETWEEN = """
            tal: 1
            workflow: render
            rules:
              - {when: started, do: {start: camera, with: "${ input }"}}
              - {when: {completed: camera}, do: {complete: "${ event.data }"}}
            """;

    private static final String BELOW = """
            tal: 1
            workflow: camera
            functions: {make: {python: "functions.py:make"}}
            rules:
              - {when: started, do: {invoke: make, with: "${ input }"}}
              - {when: {completed: make}, do: {complete: "${ event.data }"}}
            """;

    @TempDir
    Path folder;

    @Test
    void readsWhatItsParentGaveItAndNothingElseOfIt(Talflow talflow) throws Exception {
        String task = completes(talflow, "studio", "below", GRANDCHILD, CHILD, PARENT);
        assertThat(Output.rows(talflow.api().data(task), "reads"))
                .as("of the parent's values, whoever reads them")
                .extracting(read -> String.valueOf(read.get("firing")).replaceAll("/.*", ""))
                .containsExactlyInAnyOrder("cutter", "titles");
    }

    @Test
    void givesBackByItsOutputWhatItPutAndNothingElse(Talflow talflow) throws Exception {
        String task = completes(talflow, "premiere", "beside", GRANDCHILD, BELOW, BETWEEN, ABOVE);
        assertThat(talflow.ended("render/night.rule-1.0"))
                .as("whose task it is")
                .extractingByKey("parent")
                .asString()
                .startsWith(task + "@");
    }

    /** Each reference that a function was given is read, and each that it has by other ways is refused. @return the task */
    private String completes(Talflow talflow, String workflow, String other, String... workflows) throws Exception {
        Files.writeString(folder.resolve("functions.py"), FUNCTIONS, StandardCharsets.UTF_8);
        for (String text : workflows) {
            talflow.apply(folder, text);
        }
        String task = talflow.start(
                workflow, "night", Map.of("leak", folder.resolve("leaked").toString()));
        assertThat(talflow.ended(task))
                .containsEntry("status", "COMPLETED")
                .containsEntry(
                        "output",
                        Map.of(
                                "read",
                                100_000L,
                                "stolen",
                                "gateway/unknown-data",
                                "laundered",
                                "gateway/unknown-data",
                                other,
                                100_000L));
        return task;
    }
}
