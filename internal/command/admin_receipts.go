package command

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func adminReceiptsCommand() *cli.Command {
	return &cli.Command{
		Name:      "receipts",
		Usage:     "write all signed receipts of a course, in the order of their chain",
		ArgsUsage: "COURSE",
		Description: "grader verify --chain checks them.\n\n" +
			"Example: grader admin receipts comp2402 > receipts.txt",
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			args, err := arguments(c, "COURSE")
			if err != nil {
				return err
			}
			for page := (classroom.ReceiptPage{Course: args[0]}); ; {
				receipts, err := callAdmin[[]schema.StoredReceipt](c, "receipts", page)
				if err != nil || len(receipts) == 0 {
					return err
				}
				for _, r := range receipts {
					if _, err := fmt.Fprintln(c.App.Writer, r.Text); err != nil {
						return err
					}
					page.After = r.Submission
				}
			}
		},
	}
}
