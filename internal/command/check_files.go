package command

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// pins reads the pinned case names from the file of --pins. If the file does not exist,
// pins grades the solution and writes the names to the file. Without --pins the engine pins
// the names itself.
func (k *checker) pins(ctx context.Context, g *grade.Grader, work grade.Job) (*schema.Pins, error) {
	file := k.c.String("pins")
	if file == "" {
		return nil, nil
	}
	var pins schema.Pins
	text, err := os.ReadFile(file)
	if err == nil {
		if err := json.Unmarshal(text, &pins); err != nil {
			return nil, schema.Wrapf(schema.CodeInvalid, err, "pins %s: %s", file, err)
		}
		return &pins, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "pins: %s", err)
	}
	if pins, err = g.PinsOf(ctx, work); err != nil {
		return nil, err
	}
	if text, err = json.MarshalIndent(pins, "", "  "); err != nil {
		return nil, err
	}
	return &pins, os.WriteFile(file, append(text, '\n'), 0o644)
}
