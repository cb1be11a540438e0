package assignment_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/grader/grader/schema/assignment"
)

func TestReferenceNamesEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/assignment-format.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(examples) == 0 {
		t.Fatal("no example")
	}
	for _, e := range examples {
		read(t, e[1], context(t))
	}
	const wrong = "zzzzzzzz: 1\nsubmissions: {zzzzzzzz: 1}\nteam: {zzzzzzzz: 1}\nfiles: {zzzzzzzz: 1}\nlimits: {zzzzzzzz: 1}\nbuild: [{zzzzzzzz: 1}]\nsamples: [{zzzzzzzz: 1}]\ntests: [{zzzzzzzz: 1, penalty: {zzzzzzzz: 1}, compare: {zzzzzzzz: 1}}]\n"
	_, err = assignment.Parse([]byte(wrong), context(t))
	lists := regexp.MustCompile(`unknown key "zzzzzzzz" in .*; use (.*)`).FindAllStringSubmatch(err.Error(), -1)
	if len(lists) != 10 {
		t.Fatalf("%d lists of keys in:\n%v", len(lists), err)
	}
	for _, list := range lists {
		for _, key := range strings.Split(list[1], ", ") {
			if !regexp.MustCompile("[`{. ]" + key + "[`:}. ]").Match(text) {
				t.Errorf("the reference does not name %s", key)
			}
		}
	}
}
