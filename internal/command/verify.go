package command

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// maxReceiptFile is the maximum size of a file of receipts, in bytes: about 100,000 receipts.
const maxReceiptFile = 64 << 20

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "check the signed receipt of a push, or all receipts of a course",
		ArgsUsage: "FILE...",
		Description: "FILE holds a receipt, as \"ssh … receipt COURSE/ASSIGNMENT/N\" prints it, or several; - is standard\n" +
			"input. KEY is the server's public key or a file that holds it; \"ssh … receipt-key\" prints it.\n" +
			"With --chain the receipts must be all of a course's, without a gap.\n\n" +
			"Example: grader verify receipt.txt --key receipt-key.pub",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "key", Usage: "public `KEY` of the server, or its file; may be repeated, for a server that had several"},
			&cli.BoolFlag{Name: "chain", Usage: "check that the receipts follow each other"},
			jsonFlag(),
		},
		OnUsageError: misuse,
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return schema.Errorf(schema.CodeInvalid, "usage: %s %s; see --help", c.Command.HelpName, c.Command.ArgsUsage)
			}
			if err := needed(c, "key"); err != nil {
				return err
			}
			keys, err := receiptKeys(c.StringSlice("key"))
			if err != nil {
				return err
			}
			var all []receipt.Signed
			for _, file := range c.Args().Slice() {
				if all, err = readReceipts(c.App.Reader, file, all); err != nil {
					return err
				}
			}
			if c.Bool("chain") {
				return verifyChains(c, all, keys)
			}
			return verifyEach(c, all, keys)
		},
	}
}

// receiptKeys parses public keys, each given as text or as a file.
func receiptKeys(given []string) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey
	for _, text := range given {
		if !strings.HasPrefix(text, "ssh-") {
			source, err := os.ReadFile(text)
			if err != nil {
				return nil, schema.Wrapf(schema.CodeInvalid, err, "read the key: %s", err)
			}
			text = string(source)
		}
		key, err := receipt.ParseKey(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// readReceipts appends the receipts in a file.
func readReceipts(stdin io.Reader, file string, to []receipt.Signed) ([]receipt.Signed, error) {
	from := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, schema.Wrapf(schema.CodeInvalid, err, "read receipts: %s", err)
		}
		defer f.Close()
		from = f
	}
	source, err := io.ReadAll(io.LimitReader(from, maxReceiptFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read receipts: %w", err)
	case len(source) > maxReceiptFile:
		return nil, schema.Errorf(schema.CodeLimit, "%s is larger than %d MiB", file, maxReceiptFile>>20)
	}
	for _, text := range receipt.Split(string(source)) {
		r, err := receipt.Parse(text)
		if err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "%s: %s", file, schema.MessageOf(err))
		}
		to = append(to, r)
	}
	return to, nil
}

// publicReceipt is the JSON form of a receipt.
type publicReceipt struct {
	Code       string `json:"code"`
	Submission string `json:"submission"`
	Pusher     string `json:"pusher"`
	Commit     string `json:"commit"`
	Tree       string `json:"tree"`
	ReceivedAt string `json:"received_at"` // UTC
	State      string `json:"state"`
	Previous   string `json:"previous,omitempty"` // hash of the previous receipt
	Lost       bool   `json:"lost,omitempty"`     // begins a new chain after a loss
	Hash       string `json:"hash"`
	Key        string `json:"key"`
}

func publicOf(r receipt.Signed) publicReceipt {
	return publicReceipt{r.Code, r.Submission.String(), r.Pusher, r.Commit, r.Tree, r.Received.UTC().Format("2006-01-02T15:04:05.000000Z"),
		string(r.State), string(r.Previous), r.Lost, string(r.Hash()), r.Key}
}

func verifyEach(c *cli.Context, all []receipt.Signed, keys []ed25519.PublicKey) error {
	public := make([]publicReceipt, 0, len(all))
	for _, r := range all {
		if err := receipt.VerifyAny(r, keys); err != nil {
			return err
		}
		public = append(public, publicOf(r))
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, public)
	}
	for _, p := range public {
		fmt.Fprintf(c.App.Writer, "receipt %s is genuine: %s, pushed by %s\ncommit %s, received %s, %s\n",
			p.Code, p.Submission, p.Pusher, p.Commit, p.ReceivedAt, p.State)
	}
	return nil
}

// publicChain is the JSON form of a chain.
type publicChain struct {
	Course   string        `json:"course"`
	Receipts int           `json:"receipts"`
	Whole    bool          `json:"whole"` // no receipt is missing before the first one
	First    publicReceipt `json:"first"`
	Last     publicReceipt `json:"last"`
}

func verifyChains(c *cli.Context, all []receipt.Signed, keys []ed25519.PublicKey) error {
	chains, err := receipt.CheckChains(all, keys...)
	if err != nil {
		return err
	}
	public := make([]publicChain, 0, len(chains))
	for _, chain := range chains {
		public = append(public, publicChain{chain.Course, len(chain.Order), chain.Whole, publicOf(chain.Order[0]), publicOf(chain.Last())})
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, public)
	}
	for _, p := range public {
		begin := "from the first on"
		switch {
		case p.First.Lost:
			begin = "begun anew after the receipt " + p.First.Previous
		case !p.Whole:
			begin = "after the receipt " + p.First.Previous + ", which is not here"
		}
		fmt.Fprintf(c.App.Writer, "%s: %d receipts, %s to %s, %s\n", p.Course, p.Receipts, p.First.Code, p.Last.Code, begin)
	}
	return nil
}
