package gitd

import (
	"context"
	"slices"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// maxTeamWords bounds the words of a team command.
const maxTeamWords = 110

// teamVerb is one subcommand of team.
type teamVerb struct {
	name, arguments string
	min, max        int // words after COURSE/ASSIGNMENT
	run             func(context.Context, schema.Actor, classroom.TeamArgs) (classroom.TeamReply, error)
	staff           bool
}

func (s *studentCommands) teamVerbs() []teamVerb {
	t := s.Classroom.Teams
	return []teamVerb{
		{"create", "NAME", 1, maxTeamWords, t.Create, false},
		{"invite", "LOGIN", 1, 1, t.Invite, false},
		{"uninvite", "LOGIN", 1, 1, t.Uninvite, false},
		{"accept", "[NAME]", 0, 1, t.Accept, false},
		{"decline", "[NAME]", 0, 1, t.Decline, false},
		{"leave", "", 0, 0, t.Leave, false},
		{"add", "NAME LOGIN…", 2, maxTeamWords, t.Add, true},
		{"remove", "NAME LOGIN", 2, 2, t.Remove, true},
		{"delete", "NAME", 1, 1, t.Delete, true},
	}
}

// team shows or changes the teams of an assignment.
func (s *studentCommands) team(ctx context.Context, sess *session, args []string) int {
	sess.brief() // a person who leaves a team must still read the reply
	asJSON := slices.Contains(args, "--json")
	args = slices.DeleteFunc(slices.Clone(args), func(word string) bool { return word == "--json" })
	if len(args) == 1 && strings.Contains(args[0], "/") {
		args = []string{"show", args[0]}
	}
	if len(args) == 2 && (args[0] == "show" || args[0] == "list") {
		return s.showTeams(ctx, sess, args[1], asJSON)
	}
	verb, a, err := s.teamArgs(args)
	if err != nil {
		return sess.fail(err)
	}
	reply, err := verb.run(ctx, sess.actor(), a)
	if err != nil {
		return s.failed(sess, "change a team", err)
	}
	w := tables.Writer{Out: sess.out, JSON: asJSON, Command: s.reach("grader")}
	if err := w.TeamChanged(a.Course+"/"+a.Assignment, reply); err != nil {
		return s.failed(sess, "change a team", err)
	}
	return 0
}

// teamArgs parses VERB COURSE/ASSIGNMENT WORD….
func (s *studentCommands) teamArgs(args []string) (teamVerb, classroom.TeamArgs, error) {
	i := slices.IndexFunc(s.teamVerbs(), func(v teamVerb) bool { return len(args) > 0 && v.name == args[0] })
	if i < 0 {
		return teamVerb{}, classroom.TeamArgs{}, schema.Errorf(schema.CodeInvalid, "use: team show COURSE/ASSIGNMENT, or %s", s.teamUsage())
	}
	v := s.teamVerbs()[i]
	usage := schema.Errorf(schema.CodeInvalid, "use: %s", strings.TrimSpace("team "+v.name+" COURSE/ASSIGNMENT "+v.arguments))
	if len(args) < 2+v.min || len(args) > 2+v.max {
		return v, classroom.TeamArgs{}, usage
	}
	name, err := schema.ParseSubmissionName(args[1])
	if err != nil || name.Owner != "" || name.Number != 0 {
		return v, classroom.TeamArgs{}, usage
	}
	a := classroom.TeamArgs{Course: name.Course, Assignment: name.Assignment}
	switch rest := args[2:]; {
	case v.name == "invite" || v.name == "uninvite":
		a.Logins = rest
	case len(rest) > 0:
		a.Team, a.Logins = rest[0], rest[1:]
	}
	return v, a, nil
}

func (s *studentCommands) teamUsage() string {
	var all []string
	for _, v := range s.teamVerbs() {
		all = append(all, v.name)
	}
	return "team " + strings.Join(all, "|") + " COURSE/ASSIGNMENT …"
}

func (s *studentCommands) showTeams(ctx context.Context, sess *session, path string, asJSON bool) int {
	name, err := schema.ParseSubmissionName(path)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: team show COURSE/ASSIGNMENT"))
	}
	teams, err := s.Classroom.Teams.List(ctx, sess.actor(), classroom.TeamArgs{Course: name.Course, Assignment: name.Assignment})
	if err != nil {
		return s.failed(sess, "list teams", err)
	}
	none := "no team of " + name.String() + " is yours or has invited you"
	if err := (tables.Writer{Out: sess.out, JSON: asJSON}).Teams(teams, none); err != nil {
		return s.failed(sess, "list teams", err)
	}
	return 0
}

// importTeams creates the teams that a file on standard input lists.
func (s *staffCommands) importTeams(ctx context.Context, c *staffCall) error {
	columns, err := classroom.ParseColumns(c.flags["column"])
	if err != nil {
		return err
	}
	name, err := schema.ParseSubmissionName(c.args[0])
	if err != nil {
		return err
	}
	text, err := c.session.input(ctx, maxUpload, "the teams: ssh … team import "+c.args[0]+" < teams.csv")
	if err != nil {
		return err
	}
	reply, err := s.Classroom.Teams.Import(ctx, c.actor, classroom.ImportTeams{
		Course: name.Course, Assignment: name.Assignment, Data: []byte(text), Columns: columns, DryRun: c.is("dry-run"),
	})
	if err != nil {
		return err
	}
	return c.reply.TeamsImported(reply, c.is("dry-run"))
}
