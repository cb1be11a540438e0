package command

import (
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

// publicGrade is a grade in the form that scripts read.
type publicGrade struct {
	Owner      string      `json:"owner"`
	Assignment string      `json:"assignment"`
	Counts     int         `json:"counts"` // number of the submission; 0: none
	Score      json.Number `json:"score"`
	Late       publicLate  `json:"late"`
	Adjusted   json.Number `json:"adjusted"`
	Final      json.Number `json:"final"`
	Max        json.Number `json:"max"`
}

type publicLate struct {
	State    schema.Timeliness `json:"state,omitempty"`
	Days     int               `json:"days"`
	Tokens   int               `json:"tokens"`
	Deducted json.Number       `json:"deducted"`
}

func adminGradesCommand() *cli.Command {
	return &cli.Command{
		Name:         "grades",
		Usage:        "list the grades of a course: which submission counts, and what it is worth",
		ArgsUsage:    "COURSE",
		Description:  "Example: grader admin grades comp2402 --owner alice --json",
		Flags:        []cli.Flag{&cli.StringFlag{Name: "owner", Usage: "only those of `LOGIN`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			all, err := callAdmin[[]schema.Grade](c, "grades", service.GradeArgs{Course: args[0], Owner: c.String("owner")})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicGrades(all, ""))
			}
			for _, g := range all {
				fmt.Fprintf(c.App.Writer, "%-20s %-16s submission %-4d %8s of %-8s %s\n", g.Owner, g.Assignment, g.Number, g.Final, g.MaxScore, g.State)
			}
			return nil
		},
	}
}

// publicGrades are the grades for an assignment, "" for all.
func publicGrades(all []schema.Grade, assignment string) []publicGrade {
	grades := make([]publicGrade, 0, len(all))
	for _, g := range all {
		if assignment != "" && g.Assignment != assignment {
			continue
		}
		grades = append(grades, publicGrade{
			g.Owner, g.Assignment, g.Number, g.Score.Number(), publicLate{g.State, g.Days, g.Tokens, g.Deducted.Number()},
			g.Adjusted.Number(), g.Final.Number(), g.MaxScore.Number(),
		})
	}
	return grades
}

// publicAdjustment is an adjustment in the form that scripts read.
type publicAdjustment struct {
	ID     int64       `json:"id"`
	Owner  string      `json:"owner"`
	Points json.Number `json:"points"`
	Reason string      `json:"reason"`
	By     string      `json:"by"`
}

func adminAdjustCommand() *cli.Command {
	return &cli.Command{
		Name:      "adjust",
		Usage:     "add points to a student's grade, or take them off",
		ArgsUsage: "COURSE/ASSIGNMENT LOGIN POINTS",
		Description: "The student reads the points and the reason. adjustments lists and removes them.\n\n" +
			"Examples:\n  grader admin adjust comp2402/a1 alice +2 --reason \"good comments\"\n  grader admin adjust comp2402/a1 alice -1/2 --reason \"no header\"",
		Flags:        []cli.Flag{&cli.StringFlag{Name: "reason", Usage: "why; the student reads it (needed)"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "LOGIN", "POINTS")
			if err != nil {
				return err
			}
			a := service.GradeArgs{Owner: args[1], Points: args[2], Reason: c.String("reason")}
			if a.Course, a.Assignment, err = assignmentPath(args[0]); err != nil {
				return err
			}
			added, err := callAdmin[schema.Adjustment](c, "adjust", a)
			if err != nil {
				return err
			}
			return printAdjustments(c, []schema.Adjustment{added})
		},
	}
}

func adminAdjustmentsCommand() *cli.Command {
	return &cli.Command{
		Name:         "adjustments",
		Usage:        "list the adjustments of an assignment, or remove one",
		ArgsUsage:    "COURSE/ASSIGNMENT",
		Description:  "Examples:\n  grader admin adjustments comp2402/a1 --json\n  grader admin adjustments comp2402/a1 --remove 7",
		Flags:        []cli.Flag{&cli.Int64Flag{Name: "remove", Usage: "remove the adjustment with this `ID`"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			a := service.GradeArgs{ID: c.Int64("remove")}
			if a.Course, a.Assignment, err = assignmentPath(args[0]); err != nil {
				return err
			}
			if a.ID != 0 {
				removed, err := callAdmin[schema.Adjustment](c, "adjustment.end", a)
				if err == nil {
					fmt.Fprintf(c.App.Writer, "adjustment %d of %s is removed\n", removed.ID, removed.Owner)
				}
				return err
			}
			all, err := callAdmin[[]schema.Adjustment](c, "adjustments", a)
			if err != nil {
				return err
			}
			return printAdjustments(c, all)
		},
	}
}

func printAdjustments(c *cli.Context, all []schema.Adjustment) error {
	shown := make([]publicAdjustment, 0, len(all))
	for _, a := range all {
		shown = append(shown, publicAdjustment{a.ID, a.Owner, a.Points.Number(), a.Reason, a.By})
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, shown)
	}
	for _, a := range shown {
		fmt.Fprintf(c.App.Writer, "%4d  %-20s %8s  by %s: %s\n", a.ID, a.Owner, a.Points, a.By, schema.Sanitize(a.Reason))
	}
	return nil
}

func adminLateDaysCommand() *cli.Command {
	return &cli.Command{
		Name:         "late-days",
		Usage:        "set how many late days each student of a course has",
		ArgsUsage:    "COURSE",
		Description:  "Assignments that accept them say tokens in their late policy.\n\nExample: grader admin late-days comp2402 --set 4",
		Flags:        []cli.Flag{&cli.IntFlag{Name: "set", Usage: "the `NUMBER` of late days (needed)"}},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			if err := needed(c, "set"); err != nil {
				return err
			}
			_, err = callAdmin[service.None](c, "late-days", service.GradeArgs{Course: args[0], LateDays: c.Int("set")})
			return err
		},
	}
}
