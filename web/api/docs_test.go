package api_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestDocumentedRequests runs the commands of docs/api.md unchanged, with curl.
func TestDocumentedRequests(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed; make deps names it")
	}
	page, err := os.ReadFile("../../docs/api.md")
	check(t, err)
	b := newBundle(t)
	b.graded("alice")
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			if !strings.Contains(line, "curl ") {
				continue
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl ", curl+" --fail-with-body --max-time 20 ", 1))
			cmd.Dir = t.TempDir()
			check(t, os.WriteFile(cmd.Dir+"/work.zip", zipOf(t, map[string]string{"hello.c": "int main(){}"}), 0o600))
			cmd.Env = append(os.Environ(), "GRADER_SERVER="+b.server.URL, "GRADER_TOKEN="+b.token("ida", schema.ScopeWrite), "no_proxy=*")
			if out, err := cmd.CombinedOutput(); err != nil || len(out) == 0 {
				t.Errorf("%s%v: %s", line, err, out)
			}
			ran++
		}
	}
	log, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Action: "extension.add", Subject: "comp1/a1/bob", Limit: 9})
	if check(t, err); len(log) != 1 {
		t.Errorf("the request that is sent twice with one key was carried out %d times", len(log))
	}
	if ran < 5 {
		t.Errorf("%d commands", ran)
	}
}
