package command

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/runner/image"
)

func imageCommand() *cli.Command {
	return &cli.Command{
		Name:         "image",
		Usage:        "finish runner images",
		OnUsageError: misuse,
		Action:       noSubcommand,
		Subcommands: []*cli.Command{{
			Name:  "seal",
			Usage: "the last step of an image's build, run in it",
			Description: "Takes the setuid and setgid bits from every program, refuses files that everybody may\n" +
				"write to, makes /tmp the wall's to give to steps, and writes /etc/grader/image.json and /usr/share/grader/sbom.spdx.json (SPDX).\n\n" +
				"Example: RUN [\"grader\", \"image\", \"seal\"]",
			Flags:        []cli.Flag{&cli.StringFlag{Name: "root", Usage: "`DIR`ectory of the image's files", Value: "/"}},
			OnUsageError: misuse,
			Action: func(c *cli.Context) error {
				if _, err := arguments(c); err != nil {
					return err
				}
				return image.Seal(c.Context, c.String("root"), version, time.Now())
			},
		}},
	}
}
