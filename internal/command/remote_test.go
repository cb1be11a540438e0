package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// TestAdminOverTheAPI runs commands on a running server twice: over its socket, and with --server as the person of a
// token. Both print the same output, and the audit log names the person.
func TestAdminOverTheAPI(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "r") // a short path: unix sockets have 107 bytes
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.WriteFile(filepath.Join(dir, "grader"), nil, 0o700))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "grader-hook"), "github.com/grader/grader/hooks/grader-hook").CombinedOutput(); err != nil {
		t.Fatalf("build grader-hook: %v\n%s", err, out)
	}
	o := operating{t, filepath.Join(dir, "data")}
	o.admin("user", "add", "root", "--admin")
	o.admin("user", "add", "ida", "--name", "Ida <I>")
	o.admin("course", "add", "comp1", "--title", "First")
	o.admin("enrol", "comp1", "ida", "--role", "instructor")
	secrets := tokensOf(t, o.data, map[string]schema.Scope{"root": schema.ScopeAdmin, "ida": schema.ScopeWrite})
	config := configs.Default()
	flavour := config.Flavours["standard"]
	flavour.Warm = 0
	config.Flavours["standard"] = flavour
	s := &service.Service{Data: o.data, SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Bin: dir, Config: config, Logger: slog.New(slog.DiscardHandler), Clock: time.Now}
	must(t, s.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		must(t, s.Stop(ctx))
	})
	remote := func(login string, words ...string) (int, string, string) {
		file := filepath.Join(dir, login+".token")
		must(t, os.WriteFile(file, []byte(secrets[login]+"\n"), 0o600))
		return runCommand(t, append([]string{"--server", s.WebURL(), "--token-file", file, "admin"}, words...)...)
	}
	for _, words := range [][]string{{"user", "list", "--json"}, {"roster", "comp1", "--json"}, {"roster", "comp1"}, {"grades", "comp1", "--json"}, {"queue", "--json"}, {"audit", "--course", "comp1", "--json"}, {"key", "list", "ida", "--json"}} {
		status, out, problem := remote("root", words...)
		if here := o.admin(words...); status != 0 || out != here {
			t.Errorf("%q: status %d, printed %q%s; beside the server %q", words, status, out, problem, here)
		}
	}
	if status, _, problem := remote("ida", "late-days", "comp1", "--set", "3"); status != 0 {
		t.Errorf("late-days: status %d: %s", status, problem)
	}
	if entry := read[[]tables.Entry](o, "audit", "--limit", "1")[0]; entry.Actor != "ida" || entry.Channel != schema.ChannelAPI || entry.Action != "course.late-days" {
		t.Errorf("audit log %+v", entry)
	}
	for _, c := range []struct {
		who    string
		words  []string
		status int
		says   string
	}{
		{"ida", []string{"user", "list"}, 1, "only an administrator may do that"},
		{"ida", []string{"roster", "none"}, 1, "none is unknown, or you are not enrolled"},
		{"ida", []string{"late-days", "comp1", "--set", "-1"}, 2, "late days are a number"},
		{"ida", []string{"user", "code", "ida"}, 1, "this token has the scope write, and this needs admin"},
		{"root", []string{"copy-database", filepath.Join(dir, "copy")}, 1, "works on the server's own files; run it there: grader admin --data DIR"},
		{"root", []string{"--data", o.data, "user", "list"}, 2, "name two servers"},
	} {
		if status, _, problem := remote(c.who, c.words...); status != c.status || !strings.Contains(problem, c.says) || strings.Contains(problem, secrets[c.who]) {
			t.Errorf("%q: status %d, said %q; want %d and %q", c.words, status, problem, c.status, c.says)
		}
	}
	o.admin("token", "revoke", "ida", "t")
	if status, _, problem := remote("ida", "roster", "comp1"); status != 1 || !strings.Contains(problem, "unknown or was revoked") {
		t.Errorf("with a revoked token: status %d: %s", status, problem)
	}
}

// tokensOf creates a token named t for each login, in a data directory without a server.
func tokensOf(t *testing.T, data string, scopes map[string]schema.Scope) map[string]string {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(data, service.Database), store.Options{})
	must(t, err)
	room := classroom.New(classroom.Options{Store: st})
	secrets := make(map[string]string)
	for login, scope := range scopes {
		user, err := st.UserByLogin(t.Context(), login)
		must(t, err)
		made, err := room.Tokens.Create(t.Context(), schema.Actor{User: user, Channel: schema.ChannelSSH}, classroom.NewToken{Name: "t", Scope: scope})
		must(t, err)
		secrets[login] = made.Secret
	}
	must(t, st.Close())
	return secrets
}

// TestServerMisuse uses addresses and tokens that must be refused, and servers that are not grader
// servers.
func TestServerMisuse(t *testing.T) {
	t.Parallel()
	const secret = "grader_SECRETSECRET"
	var asked bytes.Buffer
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.WriteString(r.URL.Path + " " + r.Header.Get("Authorization") + "\n")
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/moved/api/v1/admin/users":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusPermanentRedirect)
		case "/cut/api/v1/admin/users":
			panic(http.ErrAbortHandler)
		case "/page/api/v1/admin/users":
			http.Error(w, "<html>", http.StatusNotFound)
		default:
			_ = json.NewEncoder(w).Encode([]schema.User{})
		}
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		must(t, os.WriteFile(file, []byte(text), mode))
		must(t, os.Chmod(file, mode))
		return file
	}
	good := write("good", secret+"\n", 0o600)
	open := write("open", secret, 0o644)
	for _, c := range []struct {
		what   string
		args   []string
		status int
		says   string
	}{
		{"a good token", []string{"--server", server.URL + "/", "--token-file", good}, 0, ""},
		{"a token as a flag", []string{"--server", server.URL, "--token", secret}, 0, ""},
		{"no token", []string{"--server", server.URL}, 2, "set GRADER_TOKEN, or --token-file FILE. Make one over ssh: token create NAME --scope write"},
		{"a file that others read", []string{"--server", server.URL, "--token-file", open}, 2, "others can read " + open + "; do first: chmod 600 " + open},
		{"an empty file", []string{"--server", server.URL, "--token-file", write("empty", " \n", 0o600)}, 2, "is empty"},
		{"no file", []string{"--server", server.URL, "--token-file", dir + "/none"}, 2, "no such file"},
		{"http to elsewhere", []string{"--server", "http://grader.example.org", "--token-file", good}, 2, "use https"},
		{"no address", []string{"--server", "grader.example.org", "--token-file", good}, 2, "write the address of the site"},
		{"a password in the address", []string{"--server", "https://a:b@grader.example.org", "--token-file", good}, 2, "write the address of the site"},
		{"another scheme", []string{"--server", "ftp://127.0.0.1", "--token-file", good}, 2, "write the address of the site"},
		{"nobody listens", []string{"--server", "http://127.0.0.1:1", "--token-file", good}, 1, "does not answer: "},
		{"a redirect", []string{"--server", server.URL + "/moved", "--token-file", good}, 2, "leads to http://127.0.0.1:1/; give that address as --server"},
		{"a connection that is cut", []string{"--server", server.URL + "/cut", "--token-file", good}, 1, "look whether it was done, and try again"},
		{"another site", []string{"--server", server.URL + "/page", "--token-file", good}, 1, "is it a grader server?"},
	} {
		status, out, problem := runCommand(t, append(c.args, "admin", "user", "list")...)
		if status != c.status || !strings.Contains(problem, c.says) {
			t.Errorf("%s: status %d, said %q; want %d and %q", c.what, status, problem, c.status, c.says)
		}
		if strings.Contains(out+problem, secret) {
			t.Errorf("%s: the token was printed: %s%s", c.what, out, problem)
		}
	}
	if n := strings.Count(asked.String(), "/api/v1/admin/users Bearer "+secret+"\n"); n != 6 { // the request that was cut was sent twice
		t.Errorf("asked %d times:\n%s", n, asked.String())
	}
}

// TestReadableTokenFileIsMadePrivate follows the advice of the error exactly.
func TestReadableTokenFileIsMadePrivate(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(file, []byte("grader_X"), 0o600))
	must(t, os.Chmod(file, 0o640))
	_, _, problem := runCommand(t, "--server", server.URL, "--token-file", file, "admin", "user", "list")
	_, advice, found := strings.Cut(strings.TrimSpace(problem), "do first: ")
	if !found {
		t.Fatalf("it says %q", problem)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", advice).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", advice, err, out)
	}
	if status, _, problem := runCommand(t, "--server", server.URL, "--token-file", file, "admin", "user", "list"); status != 0 {
		t.Errorf("after %s: %s", advice, problem)
	}
}
