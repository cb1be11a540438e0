package command

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func adminReplayCommand() *cli.Command {
	return &cli.Command{
		Name:      "replay",
		Usage:     "grade a submission once more as it was graded, and report every difference",
		ArgsUsage: "COURSE/ASSIGNMENT/OWNER/N",
		Description: "Against the version of the tests and on the flavour that its result was recorded with, behind\n" +
			"all pushes. The submission keeps its result. Times and memory are not compared.\n\n" +
			"Example: grader admin replay comp2402/a1/alice/3 --json",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT/OWNER/N")
			if err != nil {
				return err
			}
			name, err := schema.ParseSubmissionName(args[0])
			if err != nil {
				return err
			}
			replayed, err := callAdmin[classroom.Replayed](c, "replay", name)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, publicReplay{
					replayed.Name, replayed.Version, replayed.Flavour, replayed.Same, listed(replayed.Differences), listed(replayed.Environment),
				})
			}
			printReplay(c.App.Writer, replayed)
			return nil
		},
	}
}

// publicReplay is the JSON form of a replay.
type publicReplay struct {
	Name        string              `json:"name"`
	Version     int                 `json:"tests_version"`
	Flavour     string              `json:"flavour"`
	Same        bool                `json:"same"`
	Differences []schema.Difference `json:"differences"`
	Environment []schema.Difference `json:"environment"`
}

// listed replaces nil with an empty slice, so that JSON contains [].
func listed(all []schema.Difference) []schema.Difference {
	if all == nil {
		return []schema.Difference{}
	}
	return all
}

// maxShown is the maximum number of printed characters of a value.
const maxShown = 200

func printReplay(w io.Writer, r classroom.Replayed) {
	fmt.Fprintf(w, "%s against version %d on %s: ", r.Name, r.Version, r.Flavour)
	if r.Same {
		fmt.Fprintln(w, "the same result")
	} else {
		fmt.Fprintf(w, "%d differences\n", len(r.Differences))
	}
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  %s: %s → %s\n", schema.Sanitize(d.What), shortened(d.Before), shortened(d.After))
	}
	for _, d := range r.Environment {
		fmt.Fprintf(w, "  graded with another %s: %s → %s\n", d.What, shortened(d.Before), shortened(d.After))
	}
}

func shortened(text string) string {
	runes := []rune(text)
	if len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
