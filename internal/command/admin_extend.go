package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminExtendCommand() *cli.Command {
	return &cli.Command{
		Name:      "extend",
		Usage:     "give one student more time for an assignment",
		ArgsUsage: "COURSE/ASSIGNMENT LOGIN",
		Description: "It may be granted at any time: earlier pushes are judged anew, and those kept after the end are graded.\n\n" +
			"Examples:\n  grader admin extend comp2402/a1 alice --by 2d --reason \"ill\"\n  grader admin extend comp2402/a1 alice --due \"2026-10-01 18:00\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "due", Usage: "the new due `TIME`, in the course's time zone"},
			&cli.StringFlag{Name: "by", Usage: "how `LONG`: 2d (calendar days), 36h or 90m (elapsed time)"},
			&cli.StringFlag{Name: "until", Usage: "the new end; without it the end moves as due does"},
			&cli.StringFlag{Name: "reason", Usage: "why, for the audit log"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "LOGIN")
			if err != nil {
				return err
			}
			n := classroom.NewExtension{Owner: args[1], Due: c.String("due"), Until: c.String("until"), Reason: c.String("reason")}
			if n.Course, n.Assignment, err = assignmentPath(args[0]); err != nil {
				return err
			}
			if n.Days, n.By, err = parseBy(c.String("by")); err != nil {
				return err
			}
			extended, err := callAdmin[classroom.Extended](c, "extend", n)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, extended)
			}
			fmt.Fprintf(c.App.Writer, "extension %d: %s is due %s for %s, and ends %s\n", extended.ID, args[0],
				extended.Due.Format("2006-01-02 15:04"), extended.Owner, extended.End.Format("2006-01-02 15:04"))
			if extended.Graded > 0 {
				fmt.Fprintf(c.App.Writer, "%d pushes that were kept after the end are graded now\n", extended.Graded)
			}
			return nil
		},
	}
}

// parseBy reads 2d, 36h or 90m; "" is nothing.
func parseBy(s string) (days int, elapsed time.Duration, err error) {
	if s == "" {
		return 0, 0, nil
	}
	if d, ok := strings.CutSuffix(s, "d"); ok {
		if days, err = strconv.Atoi(d); err == nil && days > 0 {
			return days, 0, nil
		}
	} else if elapsed, err = time.ParseDuration(s); err == nil && elapsed > 0 {
		return 0, elapsed, nil
	}
	return 0, 0, schema.Errorf(schema.CodeInvalid, "--by %q: write calendar days such as 2d, or elapsed time such as 36h or 90m", s)
}

// assignmentPath reads COURSE/ASSIGNMENT.
func assignmentPath(s string) (course, assignment string, err error) {
	name, err := schema.ParseSubmissionName(s)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return "", "", schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use COURSE/ASSIGNMENT", s)
	}
	return name.Course, name.Assignment, nil
}

// publicExtension is an extension in the form that scripts read.
type publicExtension struct {
	ID        int64     `json:"id"`
	Owner     string    `json:"owner"`
	Extension string    `json:"extension"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	GrantedAt time.Time `json:"granted_at"`
}

func adminExtensionsCommand() *cli.Command {
	return &cli.Command{
		Name:         "extensions",
		Usage:        "list the extensions of an assignment, or take one back",
		ArgsUsage:    "COURSE/ASSIGNMENT",
		Description:  "Examples:\n  grader admin extensions comp2402/a1 --json\n  grader admin extensions comp2402/a1 --end 7",
		Flags:        []cli.Flag{&cli.Int64Flag{Name: "end", Usage: "take back the extension with this `ID`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			a := service.GradeArgs{ID: c.Int64("end")}
			if a.Course, a.Assignment, err = assignmentPath(args[0]); err != nil {
				return err
			}
			if a.ID != 0 {
				ended, err := callAdmin[schema.GrantedExtension](c, "extension.end", a)
				if err == nil {
					fmt.Fprintf(c.App.Writer, "extension %d of %s is taken back\n", ended.ID, ended.Owner)
				}
				return err
			}
			all, err := callAdmin[[]schema.GrantedExtension](c, "extensions", a)
			if err != nil {
				return err
			}
			return printExtensions(c, all)
		},
	}
}

func printExtensions(c *cli.Context, all []schema.GrantedExtension) error {
	shown := make([]publicExtension, 0, len(all))
	for _, e := range all {
		shown = append(shown, publicExtension{e.ID, e.Owner, e.String(), e.Reason, e.GrantedBy, e.GrantedAt})
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, shown)
	}
	for _, e := range shown {
		fmt.Fprintf(c.App.Writer, "%4d  %-20s %-30s by %s: %s\n", e.ID, e.Owner, e.Extension, e.By, schema.Sanitize(e.Reason))
	}
	return nil
}

// publicOutage is an outage in the form that scripts read.
type publicOutage struct {
	ID      int64     `json:"id"`
	Start   time.Time `json:"start"`
	Seconds float64   `json:"seconds"`
	Reason  string    `json:"reason"`
	Graded  int       `json:"graded"`
}

func adminOutageCommand() *cli.Command {
	return &cli.Command{
		Name:      "outage",
		Usage:     "record a time in which a course could not submit",
		ArgsUsage: "COURSE",
		Description: "Due and end of every assignment whose due time or late period it touched move by its length, for everybody.\n\n" +
			"Example: grader admin outage comp2402 --start \"2026-09-28 22:00\" --length 90m --reason \"power\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "start", Usage: "`TIME` at which it began, in the course's time zone (needed)"},
			&cli.DurationFlag{Name: "length", Usage: "how `LONG` it lasted: 90m (needed)"},
			&cli.StringFlag{Name: "reason", Usage: "why, for the audit log"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			if err := needed(c, "start", "length"); err != nil {
				return err
			}
			added, err := callAdmin[service.AddedOutage](c, "outage", classroom.NewOutage{
				Course: args[0], Start: c.String("start"), Length: c.Duration("length"), Reason: c.String("reason"),
			})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicOutage{added.ID, added.Start, added.Length.Seconds(), added.Reason, added.Graded})
			}
			fmt.Fprintf(c.App.Writer, "outage %d: what was due then is due %s later\n", added.ID, added.Length)
			return nil
		},
	}
}
