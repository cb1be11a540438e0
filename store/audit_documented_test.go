package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAuditActionsAreDocumented compares the list of actions in docs/scripts.md with the
// actions in the source code.
func TestAuditActionsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "`action`: ")
	list, _, found := strings.Cut(list, "; `--action")
	if !found {
		t.Fatal("docs/scripts.md has no list of actions")
	}
	documented := map[string]bool{}
	for _, action := range strings.Fields(strings.ReplaceAll(list, ",", " ")) {
		documented[action] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources = append(sources, "../classroom/pools.go") // contains the names of actions on pools
	written := map[string]bool{}
	literal := regexp.MustCompile(`"((?:user|key|token|course|roster|extension|outage|grade|team|submission|regrade|tests|queue|outbox|pool|notice|image)\.[a-z-]+)"`)
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			written[m[1]] = true
			if !documented[m[1]] {
				t.Errorf("%s writes %s, which docs/scripts.md does not name", name, m[1])
			}
		}
	}
	for action := range documented {
		if !written[action] {
			t.Errorf("docs/scripts.md names %s, which nothing writes", action)
		}
	}
}
