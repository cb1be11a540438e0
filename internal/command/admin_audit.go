package command

import (
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
			&cli.StringFlag{Name: "actor", Usage: "only actions of `LOGIN`; operator stands for grader admin"},
			&cli.StringFlag{Name: "subject", Usage: "only actions on `NAME`: a login, a submission or a course"},
			&cli.StringFlag{Name: "action", Usage: "only this `ACTION`, such as key.remove, or all of user"},
			&cli.DurationFlag{Name: "since", Usage: "only the last `DURATION`, such as 24h"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N` entries", Value: 100},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON array"},
		},
		OnUsageError: misuse,
		Action:       adminAudit,
	}
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
	return reply(c).Audit(entries, time.Local)
}
