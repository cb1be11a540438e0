package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// pins reads the pinned case names from --pins, or grades the reference and
// writes them there. Without --pins the engine pins by itself.
func (k *checker) pins(ctx context.Context, g *grade.Grader, work grade.Job) (*schema.Pins, error) {
	file := k.c.String("pins")
	if file == "" {
		return nil, nil
	}
	var pins schema.Pins
	text, err := os.ReadFile(file)
	if err == nil {
		if err := json.Unmarshal(text, &pins); err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "pins %s: %w", file, err)
		}
		return &pins, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, schema.Errorf(schema.CodeInvalid, "pins: %w", err)
	}
	if pins, err = g.PinsOf(ctx, work); err != nil {
		return nil, err
	}
	if text, err = json.MarshalIndent(pins, "", "  "); err != nil {
		return nil, err
	}
	return &pins, os.WriteFile(file, append(text, '\n'), 0o644)
}

// loadFlavour reads one flavour, written as below `flavours:` of the configuration;
// its name is the file's. "" is none.
func loadFlavour(path string) (*schema.Flavour, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "flavour: %w", err)
	}
	f := FlavourConfig{Max: 1}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil {
		return nil, schema.Errorf(schema.CodeInvalid, "flavour %s: %s", path, yamlProblem(err))
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("flavour %s: %w", path, err)
	}
	flavour := f.flavour(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	return &flavour, nil
}
