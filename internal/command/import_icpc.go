package command

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/icpc"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func importICPCCommand() *cli.Command {
	return &cli.Command{
		Name:      "icpc",
		Usage:     "a problem package of Kattis or an ICPC contest",
		ArgsUsage: "DIR|ZIP",
		Description: "Reads the legacy form and those of 2023-07 and 2025-09. A package that stores no time limit\n" +
			"has its accepted submissions graded here, and gets what the format makes of the slowest.\n\n" +
			"Example: grader import icpc different -o different-tests",
		Flags: []cli.Flag{
			outputFlag(),
			&cli.DurationFlag{Name: "time", Usage: "CPU time of a case, in place of the package's `LIMIT`"},
			&cli.StringFlag{Name: "memory", Usage: "memory of a case, such as 512MiB, in place of the package's `LIMIT`"},
			&cli.BoolFlag{Name: "default-validator", Usage: "compare the output with the answers, also where the package asks for a validator of its own"},
			&cli.StringFlag{Name: "level", Usage: "force a `LEVEL` of the wall: namespace or uid"},
			&cli.StringFlag{Name: "log", Usage: "`LEVEL` of the log on standard error", Value: "error"},
		},
		OnUsageError: misuse,
		Action:       importICPC,
	}
}

func importICPC(c *cli.Context) error {
	from, to, err := importArguments(c, "DIR")
	if err != nil {
		return err
	}
	options := icpc.Options{TimeLimit: c.Duration("time"), DefaultValidator: c.Bool("default-validator")}
	if options.TimeLimit < 0 || options.TimeLimit%time.Millisecond != 0 {
		return schema.Errorf(schema.CodeInvalid, "--time %s: write a time such as 2s or 500ms", options.TimeLimit)
	}
	if text := c.String("memory"); text != "" {
		if options.Memory, err = assignment.ParseSize(text); err != nil {
			return schema.Wrapf(schema.CodeInvalid, err, "--memory %s", err)
		}
	}
	p, err := imports.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	bundle, timing, err := icpc.Import(p.FS, p.Name, options)
	if err != nil {
		return err
	}
	comment := fmt.Sprintf("Imported from the problem package %q.", p.Name)
	if timing.Missing {
		icpc.SetTimeLimit(bundle, provisionalLimit)
	}
	if err := bundle.WriteTo(to, comment); err != nil {
		return err
	}
	if timing.Missing {
		if err := measureTime(c, bundle, timing, to, comment); err != nil {
			return err
		}
	}
	importSummary(c, bundle, to)
	return nil
}
