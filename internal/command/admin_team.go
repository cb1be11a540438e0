package command

import (
	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func adminTeamCommand() *cli.Command {
	return &cli.Command{
		Name:         "team",
		Usage:        "make and change the teams of an assignment",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{
			adminTeamChangeCommand(teamChange{"create", "make a team of some students", "NAME [LOGIN…]", "blue alice bob", 1, maxTeamLogins, "team.create"}),
			adminTeamChangeCommand(teamChange{"add", "make students members of a team", "NAME LOGIN…", "blue carol", 2, maxTeamLogins, "team.add"}),
			adminTeamChangeCommand(teamChange{"remove", "take a member out of a team; what counts for them stays", "NAME LOGIN", "blue carol", 2, 2, "team.remove"}),
			adminTeamChangeCommand(teamChange{"delete", "delete a team that has no submission", "NAME", "blue", 1, 1, "team.delete"}),
			adminTeamListCommand(), adminTeamImportCommand(),
		},
	}
}

// maxTeamLogins is the maximum number of logins in a command.
const maxTeamLogins = 200

// teamChange is a command that changes one team.
type teamChange struct {
	name, usage, arguments, example string
	min, max                        int // arguments after COURSE/ASSIGNMENT
	operation                       string
}

func adminTeamChangeCommand(t teamChange) *cli.Command {
	return &cli.Command{
		Name:         t.name,
		Usage:        t.usage,
		ArgsUsage:    "COURSE/ASSIGNMENT " + t.arguments,
		Description:  "Example: grader admin team " + t.name + " comp2402/a1 " + t.example,
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if n := c.NArg() - 1; n < t.min || n > t.max {
				return schema.Errorf(schema.CodeInvalid, "usage: %s %s; see --help", c.Command.HelpName, c.Command.ArgsUsage)
			}
			args := c.Args().Slice()
			a := classroom.TeamArgs{Team: args[1], Logins: args[2:]}
			var err error
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			done, err := callAdmin[classroom.TeamReply](c, t.operation, a)
			if err != nil {
				return err
			}
			return reply(c).TeamChanged(args[0], done)
		},
	}
}

func adminTeamListCommand() *cli.Command {
	return &cli.Command{
		Name:         "list",
		Usage:        "the teams of an assignment",
		ArgsUsage:    "COURSE/ASSIGNMENT",
		Description:  "Example: grader admin team list comp2402/a1 --json",
		Flags:        []cli.Flag{jsonFlag()},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT")
			if err != nil {
				return err
			}
			var a classroom.TeamArgs
			if a.Course, a.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			teams, err := callAdmin[[]schema.Team](c, "teams", a)
			if err != nil {
				return err
			}
			return reply(c).Teams(teams, "no team yet")
		},
	}
}

func adminTeamImportCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "make teams as a file says",
		ArgsUsage: "COURSE/ASSIGNMENT FILE",
		Description: "FILE is a CSV file with a line for each member: the team, and a login, an id or an e-mail address.\n" +
			"Importing it again changes nothing. Nobody is taken out of a team.\n\n" +
			"Examples:\n  grader admin team import comp2402/a1 teams.csv --dry-run\n  grader admin team import comp2402/a1 groups.csv --column team=Gruppe",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would change, and change nothing"},
			&cli.StringSliceFlag{Name: "column", Usage: "`FIELD=HEADING` where the heading is not known: team, login, student_id, email"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE/ASSIGNMENT", "FILE")
			if err != nil {
				return err
			}
			i := classroom.ImportTeams{DryRun: c.Bool("dry-run")}
			if i.Course, i.Assignment, err = classroom.ParseAssignment(args[0]); err != nil {
				return err
			}
			if i.Data, err = readInput(args[1]); err != nil {
				return err
			}
			if i.Columns, err = classroom.ParseColumns(c.StringSlice("column")); err != nil {
				return err
			}
			done, err := callAdmin[classroom.TeamReply](c, "team.import", i)
			if err != nil {
				return err
			}
			return reply(c).TeamsImported(done, i.DryRun)
		},
	}
}
