package io.talflow.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Tokens")
class TokensTest {
    private static final Clock AT_1000 = Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private Path path;
    private TokenFile file;

    @BeforeEach
    void file() {
        path = folder.resolve("tokens.json");
        file = new TokenFile(path);
    }

    @Test
    void nameTheirHolder() throws IOException {
        Token.Made ann = file.create("ann", Role.OPERATOR, 0, 0);
        file.create("bob", Role.VIEWER, 0, 0);
        Tokens tokens = new Tokens(file, AT_1000);
        assertThat(tokens.holder(ann.text()))
                .contains(new Principal("ann", ann.token().id(), Role.OPERATOR));
        assertThat(file.read()).extracting(Token::name).containsExactly("ann", "bob");
    }

    @Test
    void areRefusedWhenOneCharacterIsAnother() throws IOException {
        String text = file.create("ann", Role.ADMIN, 0, 0).text();
        Tokens tokens = new Tokens(file, AT_1000);
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(tokens.holder(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("character %d", i)
                    .isEmpty();
        }
        assertThat(tokens.holder(text + "x")).isEmpty();
        assertThat(tokens.holder(text.substring(0, text.length() - 1))).isEmpty();
        assertThat(tokens.holder("")).isEmpty();
    }

    @Test
    void areNotInTheirFileWhichIsTheOwnersAlone() throws IOException {
        String text = file.create("ann", Role.ADMIN, 0, 0).text();
        String kept = Files.readString(path);
        assertThat(kept).doesNotContain(text).doesNotContain(text.substring(text.lastIndexOf('_') + 1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void thatRootMakesAreOfTheUserWhoseFolderItIs() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can make files for others");
        UserPrincipal nobody =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(folder, nobody);
        file.create("ann", Role.ADMIN, 0, 0);
        assertThat(Files.getOwner(path)).isEqualTo(nobody);
        Files.setOwner(
                folder, folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("root"));
        file.create("bob", Role.ADMIN, 0, 0);
        assertThat(Files.getOwner(path)).as("as before").isEqualTo(nobody);
        assertThat(Files.getOwner(folder.resolve("tokens.json.lock"))).isEqualTo(nobody);
    }

    @Test
    void expire() throws IOException {
        String gone = file.create("gone", Role.ADMIN, 0, 1_000).text();
        String stays = file.create("stays", Role.ADMIN, 0, 1_001).text();
        Tokens tokens = new Tokens(file, AT_1000);
        assertThat(tokens.holder(gone)).isEmpty();
        assertThat(tokens.holder(stays)).isPresent();
    }

    @Test
    void areRevokedInARunningGateway() throws IOException {
        Token.Made ann = file.create("ann", Role.ADMIN, 0, 0);
        String bob = file.create("bob", Role.ADMIN, 0, 0).text();
        Tokens tokens = new Tokens(file, AT_1000);
        assertThat(file.revoke(ann.token().id())).isEqualTo(1);
        assertThat(file.revoke("nobody")).isZero();
        tokens.reload();
        assertThat(tokens.holder(ann.text())).isEmpty();
        assertThat(tokens.holder(bob)).isPresent();
        Files.delete(path);
        tokens.reload();
        assertThat(tokens.holder(bob)).as("of a file that is gone").isEmpty();
    }

    @Test
    void stayAsTheyAreWhileTheFileIsBroken() throws IOException {
        String ann = file.create("ann", Role.ADMIN, 0, 0).text();
        Tokens tokens = new Tokens(file, AT_1000);
        Files.write(path, "{\"tokens\": [{\"id\": 1}]}".getBytes(StandardCharsets.UTF_8));
        tokens.reload();
        assertThat(tokens.holder(ann)).isPresent();
        assertThatThrownBy(() -> new Tokens(file, AT_1000)).hasMessageContaining("tokens.json is no file of tokens");
    }

    @Test
    void haveNamesThatAreSafeInALog() {
        for (String name : new String[] {"", "a b", "a\nb", "-a", "a\"", "a".repeat(64)}) {
            assertThatThrownBy(() -> file.create(name, Role.ADMIN, 0, 0)).hasMessageContaining("name");
        }
    }

    @Test
    void coverTheRolesBelowTheirOwnButMachinesOnlyTheirs() {
        for (Role own : Role.values()) {
            for (Role needed : Role.values()) {
                boolean machine = own.ordinal() > Role.ADMIN.ordinal() || needed.ordinal() > Role.ADMIN.ordinal();
                assertThat(own.covers(needed))
                        .as("%s for %s", own, needed)
                        .isEqualTo(machine ? own == needed : own.ordinal() >= needed.ordinal());
            }
        }
    }
}
