package tables

import (
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TeamLine returns a line with a team, its members and its invitations.
func TeamLine(team schema.Team) string {
	line := course.TeamWords(team)
	if len(team.Invited) > 0 {
		line += "; invited: " + strings.Join(team.Invited, ", ")
	}
	if len(team.Absent) > 0 {
		line += "; not in the course now: " + strings.Join(team.Absent, ", ")
	}
	return line
}

// Teams writes teams, or the text none if there are no teams.
func (w Writer) Teams(teams []schema.Team, none string) error {
	if teams == nil {
		teams = []schema.Team{}
	}
	return w.write(teams, func(out io.Writer) {
		for _, team := range teams {
			fmt.Fprintln(out, TeamLine(team))
		}
		if len(teams) == 0 {
			fmt.Fprintln(out, none)
		}
	})
}

// TeamChanged writes the change of a team; path is COURSE/ASSIGNMENT.
func (w Writer) TeamChanged(path string, reply classroom.TeamReply) error {
	return w.write(reply, func(out io.Writer) {
		for _, change := range reply.Changes {
			teamChange(out, change)
			if change.Kind == schema.TeamInvited {
				fmt.Fprintf(out, "to join, %s says: %s team accept %s %s\n", change.Login, w.Command, path, change.Team)
			}
		}
		if reply.Team != nil {
			fmt.Fprintln(out, TeamLine(*reply.Team))
		}
	})
}

// TeamsImported writes the changes of an imported file of teams, or of a dry run.
func (w Writer) TeamsImported(reply classroom.TeamReply, dryRun bool) error {
	return w.write(reply, func(out io.Writer) {
		counts := make(map[schema.TeamKind]int)
		for _, change := range reply.Changes {
			counts[change.Kind]++
			if change.Kind != schema.TeamUnchanged {
				teamChange(out, change)
			}
		}
		verb := "imported"
		if dryRun {
			verb = "dry run, nothing was changed"
		}
		fmt.Fprintf(out, "%s: %d teams created, %d members joined, %d unchanged, %d refused\n", verb,
			counts[schema.TeamCreated], counts[schema.TeamJoined], counts[schema.TeamUnchanged], counts[schema.TeamRefused])
	})
}

// teamChange writes the change of a team or of one of its members.
func teamChange(out io.Writer, change schema.TeamChange) {
	where, what := "", ""
	if change.Line > 0 {
		where = fmt.Sprintf("line %d: ", change.Line)
	}
	if change.What != "" {
		what = ": " + change.What
	}
	who := strings.TrimSpace(change.Team + " " + change.Login)
	fmt.Fprintf(out, "%-9s %s%s%s\n", change.Kind, where, schema.Sanitize(who), schema.Sanitize(what))
}
