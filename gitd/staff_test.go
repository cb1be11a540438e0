package gitd_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestStaffCommands runs the commands of a week of a course over ssh. A person who may use a command runs it, in the
// form in which OpenSSH sends it, without the shell's quotes.
func TestStaffCommands(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(dueIn(t, 0, "{until: UNTIL, tokens: true, penalty: {percent: 50, per: day}}") + assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.clock.move(24 * time.Hour)
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
	later := time.Now().AddDate(0, 0, 3).Format("2006-01-02")
	for _, step := range []struct {
		who, command string
		status       int
		says         []string
	}{
		{"tina", "grades comp1", 0, []string{"alice                a1               submission 1           1 of 2        late"}},
		{"tina", "grades comp1 --owner alice --json", 0, []string{`"owner": "alice"`, `"final": 1`}},
		{"alice", "grades comp1", 1, []string{"only the staff of comp1 see everybody's grades"}},
		{"alice", "grades comp1 --owner alice", 0, []string{"submission 1"}},
		{"eve", "grades comp1", 1, []string{"comp1 is unknown, or you are not enrolled"}},
		{"tina", "submissions comp1/a1", 0, []string{"comp1/a1/alice/1", "2 / 2"}},
		{"tina", "roster comp1", 0, []string{"ida                  instructor", "bob                  student"}},

		{"ida", "late-days comp1 --set 1", 0, []string{"each student of comp1 has 1 late day"}},
		{"ida", "grades comp1 --owner alice", 0, []string{"2 of 2"}},
		{"ida", "late-days comp1 --set many", 2, []string{`--set "many": write a whole number`}},
		{"ida", "late-days comp1", 2, []string{"--set is needed; use: late-days COURSE --set NUMBER"}},
		{"tina", "late-days comp1 --set 0", 1, []string{"only instructors of comp1 record outages and set late days"}},
		{"ida", "late-days comp1 --set 0", 0, nil},

		{"ida", "extend comp1/a1 alice --due " + later + " 18:00 --reason ill since Monday", 0, []string{"extension 1: comp1/a1 is due " + later + " 18:00 for alice, and ends "}},
		{"tina", "extensions comp1/a1", 0, []string{"alice ", "by ida: ill since Monday"}},
		{"tina", "extend comp1/a1 alice --by 2d", 1, []string{"only instructors of comp1 grant extensions"}},
		{"ida", "extend comp1/a1 alice", 2, []string{"say either a new due time"}},
		{"ida", "extend comp1/a1", 2, []string{"use: extend COURSE/ASSIGNMENT OWNER [--due TIME]"}},
		{"ida", "extend comp1/a1 alice --days 2", 2, []string{"--days is unknown; use: extend COURSE/ASSIGNMENT OWNER"}},
		{"ida", "extend comp1/a1 alice --by", 2, []string{"--by needs a value"}},
		{"ida", "extensions comp1/a1 --end 1", 0, []string{"extension 1 of alice is taken back"}},
		{"ida", "extensions comp1/a1 --end 1", 1, []string{"comp1/a1 has no extension 1"}},

		{"tina", "adjust comp1/a1 alice -1/2 --reason no header comment", 0, []string{"alice                    -0.5  by tina: no header comment"}},
		{"tina", "adjust comp1/a1 alice +1", 2, []string{"--reason is needed"}},
		{"ida", "adjustments comp1/a1 --json", 0, []string{`"points": -0.5`}},
		{"ida", "adjustments comp1/a1 --remove 1", 0, []string{"adjustment 1 of alice is removed"}},
		{"alice", "adjust comp1/a1 alice +2 --reason please", 1, []string{"only the staff of comp1 adjust grades"}},

		{"tina", "comment comp1/a1/alice/1 --text well   done, see --file hello.c", 0, []string{"comment 1 on comp1/a1/alice/1 hello.c"}},
		{"ida", "comment comp1/a1/alice/1 --file hello.c --line 1 --text it is empty", 2, []string{"hello.c has 0 lines; there is no line 1"}},
		{"ida", "comment comp1/a1/alice/1 --file other.c --text why", 1, []string{`comp1/a1/alice/1 has no file "other.c"`}},
		{"ida", "comment comp1/a1/alice/1 --line 3 --text why", 2, []string{"line 3 of which file? Name it, as in --file src/List.java --line 3"}},
		{"ida", "comment comp1/a1/alice/1", 2, []string{"--text is needed"}},
		{"ida", "comment comp1/a1/alice/1 --text", 2, []string{"--text needs a value"}},
		{"ida", "comment comp1/a1/alice --text reads well", 0, []string{"comment 2 on comp1/a1/alice/1"}},
		{"alice", "comment comp1/a1/alice/1 --text thanks", 1, []string{"only the staff of comp1 comment on work"}},
		{"alice", "log comp1/a1", 0, []string{"2 comments"}},
		{"alice", "log comp1/a1/1", 0, []string{"comment by ida, ", "\n  reads well\n", "comment by tina on hello.c, ", "\n  well done, see\n"}},
		{"alice", "comments comp1/a1 --json", 0, []string{`"submission": "comp1/a1/alice/1"`, `"text": "reads well"`}},
		{"bob", "comments comp1/a1/alice/1", 1, []string{"or none that you may see"}},
		{"tina", "comments comp1/a1/alice/1 --remove 2", 1, []string{"only ida and instructors of comp1 remove this comment"}},
		{"tina", "comments comp1/a1/alice/1 --remove 1", 0, []string{"comment 1 on comp1/a1/alice/1 is removed"}},
		{"ida", "comments comp1/a1/alice/1 --remove 1", 1, []string{"comp1/a1/alice/1 has no comment 1"}},
		{"ida", "audit comp1 --action submission --json", 0, []string{`"action": "submission.comment"`, `"action": "submission.uncomment"`, `"detail": "comment 1 on hello.c"`}},

		{"ida", "regrade create comp1/a1 --counted --reason test 1 was wrong", 0, []string{"regrade set 1: 1 submission against version 1; see: ssh -p ", "regrade show 1"}},
		{"tina", "regrade show 1", 1, []string{"only instructors of comp1 make regrade sets"}},
		{"ida", "regrade create comp1/a1 --counted --all", 2, []string{"say one of --counted, --latest and --all"}},
		{"ida", "regrade discard 1 --json", 0, []string{`"state": "discarded"`}},
		{"ida", "regrade apply 1", 1, []string{"regrade set 1 is discarded"}},
		{"ida", "regrade show x", 2, []string{`"x" is not the number of a regrade set`}},
		{"ida", "regrade", 2, []string{"use: regrade create, show, apply, discard or undo; see help"}},

		{"tina", "export comp1 --format csv", 0, []string{"login,student_id,name,email,section,a1", "alice,"}},
		{"tina", "export comp1/a1 --format json", 0, []string{`"assignment": "a1"`}},
		{"tina", "export comp1", 2, []string{"--format is needed"}},
		{"alice", "export comp1 --format csv", 1, []string{"only the staff of comp1 see everybody's grades"}},

		{"tina", "queue", 0, []string{"nothing waits"}},
		{"alice", "queue --json", 0, []string{`"waiting": []`}},
		{"ida", "enrol comp1 eve --role ta", 0, []string{"eve is ta in comp1"}},
		{"ida", "enrol comp1 eve --role ta --section L2", 0, []string{"eve is ta in comp1"}},
		{"ida", "audit comp1 --action course.enrol --limit 1", 0, []string{"course.enrol", "ta → ta (section L2)"}},
		{"ida", "unenrol comp1 eve", 0, []string{"eve is no longer enrolled in comp1"}},
		{"tina", "enrol comp1 eve --role student", 1, []string{"only instructors of comp1 change who is in it"}},

		{"ida", "audit comp1 --action extension --json", 0, []string{`"action": "extension.add"`, `"action": "extension.end"`, `"channel": "ssh"`}},
		{"ida", "audit comp1 --since 48h --limit 3", 0, []string{"course.unenrol"}},
		{"tina", "audit comp1", 1, []string{"only instructors of comp1 read its audit log"}},
		{"ida", "audit comp1 --limit 0", 2, []string{"limit 0: use 1 to 10000"}},
		{"ida", "grades comp1 --help", 0, []string{"grades COURSE [--owner LOGIN]", "each grade"}},
		{"ida", "help regrade show", 0, []string{"regrade show ID [--wait]"}},
		{"ida", "help export", 0, []string{"export COURSE[/ASSIGNMENT] --format FORMAT"}},
		{"ida", "regrade --help", 0, []string{"regrade show ID", "regrade apply ID"}},
		{"alice", "status comp1 --help", 0, []string{"status [COURSE[/ASSIGNMENT]]\n  what is due"}},
		{"alice", "help log", 0, []string{"log COURSE/ASSIGNMENT[/N]\n  your submissions"}},
		{"alice", "help nothing", 0, []string{"Commands, as in: ssh -p "}},
		{"alice", "token create x --help", 0, []string{"token create NAME", "tokens for the HTTP API"}},
		{"ida", "extend --help", 0, []string{"extend COURSE/ASSIGNMENT OWNER [--due TIME]", "give more time"}},
	} {
		r := b.ssh(step.who, strings.Fields(step.command)...)
		if r.status != step.status {
			t.Errorf("%s: %s: status %d\n%s", step.who, step.command, r.status, r.all())
		}
		for _, want := range step.says {
			if !strings.Contains(r.all(), want) {
				t.Errorf("%s: %s: %q is missing in\n%s", step.who, step.command, want, r.all())
			}
		}
	}
}

// TestRosterComesOverSSH imports a roster from standard input, first as a dry run.
func TestRosterComesOverSSH(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const roster = "login,name,section\nalice,Alice A,L1\nzoe,Zoe Z,L2\n"
	send := func(who, stdin string, args ...string) result {
		return b.sshAs("grader", who, stdin, append([]string{"roster", "import", "comp1"}, args...)...)
	}
	send("ida", roster, "--dry-run").says(t, "added     line 3: zoe", "dry run, nothing was changed: 1 added, 1 changed")
	send("tina", roster).says(t, "only instructors of comp1 import rosters")
	send("ida", "").says(t, "grader: ")
	r := send("ida", roster, "--json")
	var done struct {
		Changes []struct{ Kind, Login, Code string }
	}
	if err := json.Unmarshal([]byte(r.out), &done); err != nil || len(done.Changes) != 3 || done.Changes[1].Login != "zoe" || done.Changes[1].Code == "" {
		t.Fatalf("%v: %s", err, r.all())
	}
	send("ida", roster).says(t, "imported: 0 added, 0 changed, 2 unchanged")
	b.sshAs("grader", "ida", "login,section,A1\nalice,L1,\n", "export", "comp1", "--format", "csv", "--fill").says(t, "0 cells filled in")
}

// TestHelpFitsTheRole checks that help lists no command that the person cannot use in any course.
func TestHelpFitsTheRole(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for who, want := range map[string][2]bool{"alice": {false, false}, "tina": {true, false}, "ida": {true, true}} {
		help := b.ssh(who, "help").all()
		if strings.Contains(help, "  adjust COURSE/ASSIGNMENT OWNER POINTS") != want[0] || strings.Contains(help, "  regrade create COURSE/ASSIGNMENT") != want[1] {
			t.Errorf("%s reads\n%s", who, help)
		}
	}
}

// TestDroppedStudent makes a student leave the course. They keep their work and cannot hand in until a roster contains
// them again.
func TestDroppedStudent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1\n"})
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
	roster := func(lines string) {
		t.Helper()
		if r := b.sshAs("grader", "ida", "login,name,role\n"+lines, "roster", "import", "comp1", "--drop-missing"); r.status != 0 {
			t.Fatal(r.all())
		}
	}
	roster("bob,Bob,student\n")
	b.commit("alice", "w", map[string]string{"hello.c": "2\n"})
	r := b.push("alice", "w")
	if r.status == 0 {
		t.Errorf("a dropped student pushed:\n%s", r.all())
	}
	r.says(t, "you were dropped from comp1 and cannot hand in work; what you handed in before stays. Ask its staff if that is a mistake")
	b.ssh("alice", "log", "comp1/a1/1").says(t, "submission 1", "2 / 2")
	roster("alice,Alice,student\nbob,Bob,student\n")
	b.push("alice", "w").says(t, "submission 2", "2 / 2")
	roster("bob,Bob,student\n")
	b.ssh("ida", "enrol", "comp1", "alice", "--role", "student").says(t, "alice is student in comp1")
	b.commit("alice", "w", map[string]string{"hello.c": "3\n"})
	b.push("alice", "w").says(t, "submission 3", "2 / 2")
}
