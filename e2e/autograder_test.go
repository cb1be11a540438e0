package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// setupAutograder returns tests with an autograder whose setup.sh makes the program that it needs.
func setupAutograder(setup string) map[string]string {
	return map[string]string{
		"assignment.yaml": "title: Says\nsolution: solution/\ntests: [{name: auto, gradescope: ag/, setup: true, points: 10, wall: 8s}]\n",
		"ag/setup.sh":     setup,
		"ag/run_autograder": "#!/bin/bash\r\nscore=$(judge \"$(cat submission/says)\")\necho \"{\\\"score\\\": $score, \\\"output\\\": \\\"on $(ls /sys/class/net)\\\"}\" >/autograder/results/results.json\n" +
			"[ ! -e submission/slow ] || sleep 600\n",
		"ag/judge": "#!/bin/sh\n[ \"$1\" = right ] && echo 10 || echo 4\n",
	}
}

const installsJudge = "#!/usr/bin/env bash\r\ninstall -m 755 /autograder/source/judge /usr/local/bin/judge\r\n"

// autogradersConfig writes a configuration whose setup.sh has no network. base is for the pool local.
func autogradersConfig(t *testing.T, flavours, base string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grader.yaml")
	text := flavours + "autograders: {network: none, time: 1m, memory: 256MiB, disk: 128MiB"
	if base != "" {
		text += fmt.Sprintf(", image: %q", base)
	}
	check(t, os.WriteFile(path, []byte(text+"}\n"), 0o600))
	return path
}

// removeAutograders removes the images of a classroom.
func (c *classroom) removeAutograders() {
	id, err := os.ReadFile(filepath.Join(c.data, "id"))
	check(c.t, err)
	if images := strings.Fields(docker(c.t, "images", "-q", "--filter", "label=grader.autograder.server="+strings.TrimSpace(string(id)))); len(images) > 0 {
		docker(c.t, append([]string{"rmi", "--force"}, images...)...)
	}
}

// TestAutogradersOfGradescope pushes an autograder with setup.sh, to runners in containers and to processes.
func TestAutogradersOfGradescope(t *testing.T) {
	t.Parallel()
	needContainers(t)
	small := "flavours:\n  standard: {cpu: 1, memory: 512MiB, scratch: 128MiB, processes: 256, warm: 1, max: 2}\n"
	contained, err := os.ReadFile(inContainers(t, graderImage, 1, 2))
	check(t, err)
	for name, config := range map[string]string{
		"docker": autogradersConfig(t, string(contained), ""),
		"local":  autogradersConfig(t, small, graderImage),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := (&classroom{t: t, config: config}).open("alice")
			defer c.removeAutograders()
			c.setFiles("a2", setupAutograder(installsJudge), map[string]string{"says": "right"})
			for n, push := range []struct {
				files       map[string]string
				score, says string
			}{
				{map[string]string{"says": "right"}, "10", ""},
				{map[string]string{"says": "wrong"}, "4", ""},
				{map[string]string{"says": "wrong", "slow": ""}, "4", "still running after 8 s"},
			} {
				got := c.submits("alice", "a2", n+1, push.files)
				if len(got.Tests) != 1 || got.Score.String() != push.score || got.Tests[0].Output != "on lo" || !strings.HasPrefix(got.Tests[0].Message, push.says) {
					t.Errorf("push %d: %+v", n+1, got)
				}
			}
			c.setFiles("a3", setupAutograder(installsJudge), map[string]string{"says": "right"}) // the same content
			images := strings.Split(strings.TrimSpace(c.admin("images")), "\n")
			if len(images) != 1 || !strings.Contains(images[0], "c101/a2, c101/a3") {
				t.Errorf("images: %q", images)
			}
			if said := c.admin("images", "remove", images[0][:8]); !strings.HasPrefix(said, "removed "+images[0][:8]) {
				t.Errorf("remove: %s", said)
			}
			if got := c.submits("alice", "a3", 1, map[string]string{"says": "right"}); got.Score.String() != "10" {
				t.Errorf("after its image was removed: %+v", got)
			}
		})
	}
}

// TestSetupThatFails pushes a setup.sh that fails, and one for which there is no image. Instructors read why.
func TestSetupThatFails(t *testing.T) {
	t.Parallel()
	needContainers(t)
	contained, err := os.ReadFile(inContainers(t, graderImage, 1, 1))
	check(t, err)
	for name, tc := range map[string]struct {
		config string
		says   []string
	}{
		"docker": {autogradersConfig(t, string(contained), ""), []string{"auto: setup.sh failed with exit status 3", "the package is missing"}},
		"local":  {"", []string{"auto: this server makes no images: setup: true needs a flavour"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := (&classroom{t: t, config: tc.config}).open("alice")
			files := setupAutograder("echo the package is missing; exit 3\n")
			files["solution/says"] = "right"
			work := c.write("ada", "c101/a2/tests", files)
			said, status := beginPush(t, c.people["ada"], work, "c101/a2/tests", "main").end()
			for _, words := range tc.says {
				if !strings.Contains(said, words) {
					t.Errorf("exit status %d, without %q:\n%s", status, words, said)
				}
			}
			if strings.Contains(said, "active now") {
				t.Errorf("the tests became active:\n%s", said)
			}
		})
	}
}

// TestServerKilledDuringSetup kills the server while setup.sh runs. The next server removes the container, and runs
// setup.sh again for the waiting gate.
func TestServerKilledDuringSetup(t *testing.T) {
	t.Parallel()
	needContainers(t)
	contained, err := os.ReadFile(inContainers(t, graderImage, 1, 1))
	check(t, err)
	c := (&classroom{t: t, config: autogradersConfig(t, string(contained), "")}).open("alice")
	defer c.removeAutograders()
	files := setupAutograder(installsJudge + "sleep 3\n")
	files["solution/says"] = "right"
	l := beginPush(t, c.people["ada"], c.write("ada", "c101/a2/tests", files), "c101/a2/tests", "main")
	id, err := os.ReadFile(filepath.Join(c.data, "id"))
	check(t, err)
	builds := func(what string) []string {
		return strings.Fields(docker(t, "ps", "--all", "--quiet", "--no-trunc", "--filter", "label=grader.autograders="+strings.TrimSpace(string(id)), "--filter", what))
	}
	var begun []string
	eventually(t, "setup.sh runs", func() bool { begun = builds("status=running"); return len(begun) == 1 })
	c.server.Kill()
	l.end()
	if images := docker(t, "images", "-q", "--filter", "label=grader.autograder.server="+strings.TrimSpace(string(id))); images != "" {
		t.Errorf("an interrupted setup.sh left the image %s", images)
	}
	c.serve()
	eventually(t, "the killed server's container is removed", func() bool { return len(builds("id="+begun[0])) == 0 })
	eventually(t, "the tests are active", func() bool { return strings.Contains(c.admin("tests", "list", "c101/a2"), "active") })
	if images := strings.Split(strings.TrimSpace(c.admin("images")), "\n"); len(images) != 1 || !strings.Contains(images[0], "c101/a2") {
		t.Errorf("images: %q", images)
	}
	eventually(t, "no container is left", func() bool { return len(builds("status=running")) == 0 })
	if got := c.submits("alice", "a2", 1, map[string]string{"says": "wrong"}); got.Score.String() != "4" {
		t.Errorf("%+v", got)
	}
}
