package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestAMalformedConfigurationNamesItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, says string }{
		"unknown key":              {"wall: uid\nmax_puhs: 1MiB\n", "line 2, column 1"},
		"unknown key of a flavour": {"flavours:\n  small: {cpu: 1, memroy: 1GiB}\n", "line 2"},
		"size without a unit":      {"wall: uid\nmax_push: 64\n", "line 2"},
		"size in another unit":     {"max_push: 64MB\n", `line 1, column 11: a size must be a size such as 512KiB, 64MiB or 2GiB, not "64MB"`},
		"not a number":             {"flavours:\n  small: {cpu: many}\n", "line 2"},
		"no level of the wall":     {"wall: strong\n", "use namespace or uid"},
		"warm above max":           {"flavours:\n  small: {cpu: 1, memory: 1GiB, scratch: 1GiB, processes: 9, warm: 3, max: 2}\n", "warm <= max"},
		"no core at all":           {"flavours:\n  small: {memory: 1GiB, scratch: 1GiB, processes: 9, max: 2}\n", "cpu must be more than 0"},
		"no flavour at all":        {"flavours: {}\n", "flavours: name at least one"},
		"name of a flavour":        {"flavours:\n  Big One: {cpu: 1, memory: 1GiB, scratch: 1GiB, processes: 9, max: 2}\n", `flavour "Big One"`},
		"less than nobody":         {"limits: {sessions: -1}\n", "limits: a limit is a number from 1"},
		"address without a scheme": {"public_url: grader.example.org\n", `public_url: "grader.example.org" is no address`},
		"not YAML":                 {"wall: [uid\n", "line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "grader.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := loadConfig(path)
			if schema.CodeOf(err) != schema.CodeInvalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q (%s); want %q", err, schema.CodeOf(err), c.says)
			}
		})
	}
}

func TestTheSampleConfigurationIsTheDefaults(t *testing.T) {
	t.Parallel()
	got, err := loadConfig("configs/grader.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := defaultConfig()
	standard := want.Flavours["standard"]
	standard.Warm, standard.Max = got.Flavours["standard"].Warm, got.Flavours["standard"].Max // this machine's cores
	want.Flavours = map[string]FlavourConfig{"standard": standard}
	want.Limits = got.Limits // the SSH server's own defaults, shown
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-default +sample):\n%s", diff)
	}
}
