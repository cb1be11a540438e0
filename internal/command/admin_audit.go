package command

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
)

func adminAuditCommand() *cli.Command {
	return &cli.Command{
		Name:  "audit",
		Usage: "show who did what, newest first",
		Description: "Every change to accounts, courses, enrolments, the queue and submissions writes one\n" +
			"entry. Filters add up.\n\n" +
			"Example: grader admin audit --course comp2402 --actor ada --since 168h --json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "course", Usage: "only entries of the course `CODE`"},
			&cli.StringFlag{Name: "actor", Usage: "only what `LOGIN` did; operator is whoever runs grader admin"},
			&cli.StringFlag{Name: "subject", Usage: "only what was done to `NAME`: a login, a submission, a course"},
			&cli.StringFlag{Name: "action", Usage: "only this `ACTION`, such as key.remove, or all of user"},
			&cli.DurationFlag{Name: "since", Usage: "only the last `DURATION`, such as 24h"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N` entries", Value: 100},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON array"},
		},
		OnUsageError: misuse,
		Action:       adminAudit,
	}
}

// publicEntry is an audit entry in the form that scripts read.
type publicEntry struct {
	ID      int64          `json:"id"`
	At      time.Time      `json:"at"`
	Actor   string         `json:"actor"`
	Channel schema.Channel `json:"channel"`
	Action  string         `json:"action"`
	Course  string         `json:"course,omitempty"`
	Subject string         `json:"subject"`
	Before  string         `json:"before,omitempty"`
	After   string         `json:"after,omitempty"`
	Detail  string         `json:"detail,omitempty"`
}

func adminAudit(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	q := schema.AuditQuery{
		Course: c.String("course"), Actor: c.String("actor"), Subject: c.String("subject"), Action: c.String("action"), Limit: c.Int("limit"),
	}
	if c.IsSet("since") {
		q.Since = time.Now().Add(-c.Duration("since"))
	}
	entries, err := callAdmin[[]schema.AuditEntry](c, "audit", q)
	if err != nil {
		return err
	}
	public := make([]publicEntry, 0, len(entries))
	for _, e := range entries {
		public = append(public, publicEntry(e))
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, public)
	}
	for _, e := range public {
		fmt.Fprintln(c.App.Writer, schema.Sanitize(e.line()))
	}
	return nil
}

// line is an entry for people.
func (e publicEntry) line() string {
	text := fmt.Sprintf("%s  %-12s %-5s  %-17s %s", e.At.Local().Format(time.DateTime), e.Actor, e.Channel, e.Action, e.Subject)
	if e.Course != "" && e.Course != e.Subject {
		text += " in " + e.Course
	}
	switch {
	case e.Before != "":
		text += ": " + e.Before + " → " + e.After
	case e.After != "":
		text += ": " + e.After
	}
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}
