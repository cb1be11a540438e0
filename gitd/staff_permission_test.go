package gitd_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestStaffCommandsByRole runs every staff command as each person. A command that a role may not use is refused for
// that reason, whatever else is wrong with the call. An allowed command may fail for another reason. A command without
// a row fails the test. classroom's TestPermissions covers the same actions over the operator's socket.
func TestStaffCommandsByRole(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 2, "") + assignmentYAML)
	_, err := b.store.AddUser(t.Context(), schema.Operator(), schema.User{Login: "root", Admin: true}, b.newKey("root"))
	check(t, err)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "submission 1")
	b.ssh("ida", "regrade", "create", "comp1/a1").says(t, "regrade set 1")
	const everybody, staff, instructors = "alice tina ida root", "tina ida root", "ida root"
	rows := map[string]struct{ arguments, may string }{
		"submissions":     {"comp1/a1", staff},
		"grades":          {"comp1", staff},
		"queue":           {"", "eve " + everybody},
		"pools pause":     {"standard", "ida root"},
		"pools drain":     {"standard", "ida root"},
		"pools resume":    {"standard", "ida root"},
		"pools resize":    {"standard --warm 0 --max 2", "ida root"},
		"roster":          {"comp1", staff},
		"extensions":      {"comp1/a1", staff},
		"adjust":          {"comp1/a1 alice +1 --reason neat", staff},
		"submit-for":      {"comp1/a1 alice 1234567 --reason mailed", instructors},
		"export archive":  {"comp1/a1", staff},
		"comment":         {"comp1/a1/alice/1 --text neat", staff},
		"comments":        {"comp1/a1/alice/1", everybody},
		"adjustments":     {"comp1/a1", staff},
		"export":          {"comp1 --format csv", staff},
		"tests list":      {"comp1/a1", staff},
		"tests activate":  {"comp1/a1 1", instructors},
		"extend":          {"comp1/a1 alice --by 2d", instructors},
		"outage":          {"comp1 --start 2026-01-02 10:00 --length 10m", instructors},
		"late-days":       {"comp1 --set 2", instructors},
		"publish":         {"comp1/a1", instructors},
		"unpublish":       {"comp1/a1", instructors},
		"regrade create":  {"comp1/a1", instructors},
		"regrade show":    {"1", instructors},
		"regrade apply":   {"1", instructors},
		"regrade undo":    {"1", instructors},
		"regrade discard": {"1", instructors},
		"roster import":   {"comp1 --dry-run", instructors},
		"team import":     {"comp1/a1 --dry-run", instructors},
		"enrol":           {"comp1 bob --role student", instructors},
		"unenrol":         {"comp1 nobody", instructors},
		"audit":           {"comp1", instructors},
	}
	_, list, _ := strings.Cut(b.ssh("ida", "help").all(), "NAME --help shows the flags):\n")
	list, _, _ = strings.Cut(list, "Hand in with git")
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z-]+(?: [a-z]+)?) `).FindAllStringSubmatch(list, -1) {
		if _, ok := rows[strings.TrimSpace(m[1])]; !ok {
			t.Errorf("nobody tries %q", m[1])
		}
	}
	refusal := regexp.MustCompile(`only an administrator|only (the )?(instructors|staff) of comp1|comp1 is unknown, or you are not enrolled|there is no regrade set 1`)
	for _, who := range []string{"eve", "alice", "tina", "ida", "root"} {
		for name, row := range rows {
			r := b.sshAs("grader", who, "login\nalice\n", append(strings.Fields(name), strings.Fields(row.arguments)...)...)
			may := slices.Contains(strings.Fields(row.may), who)
			if refused := refusal.MatchString(r.all()); refused == may || refused && r.status == 0 {
				t.Errorf("%s: %s %s: status %d, want permitted %v\n%s", who, name, row.arguments, r.status, may, r.all())
			}
		}
	}
}
