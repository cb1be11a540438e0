package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func adminImagesCommand() *cli.Command {
	return &cli.Command{
		Name:  "images",
		Usage: "list the images that setup.sh of Gradescope's autograders made",
		Description: "Shows each image's id, size, last use, and the assignments whose tests use it. An image that no\n" +
			"active tests use is removed a day after its last use, and earlier if all images together exceed\n" +
			"autograders: total in the configuration. Needs the running server.\n\n" +
			"Example: grader admin images --json",
		Flags:        []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		OnUsageError: misuse,
		Action:       adminImages,
		Subcommands: []*cli.Command{{
			Name:         "remove",
			Usage:        "remove an image; setup.sh runs again when the image is needed",
			ArgsUsage:    "ID",
			Description:  "ID is an image's id or the beginning of it.\n\nExample: grader admin images remove 3f9a",
			OnUsageError: misuse,
			Action:       adminImagesRemove,
		}},
	}
}

func adminImages(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	images, err := callAdmin[[]schema.AutograderImage](c, "images", service.None{})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, images)
	}
	for _, is := range images {
		used := "never used"
		if !is.Used.IsZero() {
			used = "used " + is.Used.Format(time.RFC3339)
		}
		fmt.Fprintf(c.App.Writer, "%.12s  %6d MiB  %-30s  %s\n", is.ID, is.Size>>20, used, strings.Join(is.Versions, ", "))
	}
	return nil
}

func adminImagesRemove(c *cli.Context) error {
	args, err := arguments(c, "ID")
	if err != nil {
		return err
	}
	removed, err := callAdmin[string](c, "image.remove", service.ImageArgs{ID: args[0]})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "removed %s\n", removed)
	return nil
}
