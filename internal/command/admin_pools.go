package command

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminPoolsCommand() *cli.Command {
	return &cli.Command{
		Name:         "pools",
		Usage:        "show the number of runners of each flavour, and the reason; pause, drain, resume or resize them",
		Description:  "Needs the running server.\n\nExample: grader admin pools --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Subcommands: []*cli.Command{
			adminPoolModeCommand("pause", schema.PoolPaused, "start no job of a flavour; running jobs go on"),
			adminPoolModeCommand("drain", schema.PoolDraining, "start no job of a flavour, and let its idle runners end"),
			adminPoolModeCommand("resume", schema.PoolOpen, "let the jobs of a flavour start again"),
			adminPoolResizeCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return noSubcommand(c)
			}
			pools, err := callAdmin[[]tables.Pool](c, "pools", service.None{})
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, pools)
			}
			for _, p := range pools {
				p.Write(c.App.Writer)
				if p.Reason != "" {
					fmt.Fprintf(c.App.Writer, "%-16s %s, %s\n", "", p.Changed.Format(time.DateTime), schema.Sanitize(p.Reason))
				}
				for _, f := range p.Failures {
					printFailure(c.App.Writer, f)
				}
			}
			return nil
		},
	}
}

// adminPoolModeCommand sets the mode of a flavour's pool.
func adminPoolModeCommand(name string, mode schema.PoolMode, usage string) *cli.Command {
	flags, example := []cli.Flag{jsonFlag()}, " standard"
	if mode != schema.PoolOpen {
		flags, example = append(flags, &cli.StringFlag{Name: "reason", Usage: "`TEXT` that is shown to waiting people"}), ` standard --reason "new image, back at 14:00"`
	}
	return &cli.Command{
		Name:         name,
		Usage:        usage,
		ArgsUsage:    "FLAVOUR",
		Description:  "It stays so over restarts of the server.\n\nExample: grader admin pools " + name + example,
		Flags:        flags,
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			return changePool(c, "pool.mode", func(a *service.PoolArgs) { a.Mode, a.Reason = mode, c.String("reason") })
		},
	}
}

func adminPoolResizeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resize",
		Usage:     "set how many runners of a flavour stay ready, and how many there are at most",
		ArgsUsage: "FLAVOUR",
		Description: "A number that is not given is the configuration's. It stays so over restarts of the server.\n\n" +
			"Example: grader admin pools resize standard --warm 4 --max 16",
		Flags:        []cli.Flag{&cli.IntFlag{Name: "warm", Usage: "keep `N` runners ready"}, &cli.IntFlag{Name: "max", Usage: "have at most `N` runners"}, jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			return changePool(c, "pool.size", func(a *service.PoolArgs) {
				for flag, set := range map[string]**int{"warm": &a.Size.Warm, "max": &a.Size.Max} {
					if c.IsSet(flag) {
						n := c.Int(flag)
						*set = &n
					}
				}
			})
		},
	}
}

// changePool runs an operation that changes a pool.
func changePool(c *cli.Context, operation string, fill func(*service.PoolArgs)) error {
	args, err := arguments(c, "FLAVOUR")
	if err != nil {
		return err
	}
	a := service.PoolArgs{Flavour: args[0]}
	fill(&a)
	changed, err := callAdmin[schema.PoolControl](c, operation, a)
	if err != nil {
		return err
	}
	return reply(c).PoolChanged(changed)
}

func printFailure(w io.Writer, f tables.Failure) {
	fmt.Fprintf(w, "%-16s %s", "", f.Last.Format(time.DateTime))
	if f.Times > 1 {
		fmt.Fprintf(w, ", %d times since %s", f.Times, f.First.Format(time.DateTime))
	}
	fmt.Fprintf(w, ": %s\n", schema.Sanitize(f.Why))
}
