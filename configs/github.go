package configs

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// GitHubLink configures the GitHub or GitHub Enterprise Server with the repositories to grade.
type GitHubLink struct {
	// URL is the server's address.
	URL string `yaml:"url"`
	// WebhookSecretFile names the file with the secret that GitHub signs its webhook calls with.
	WebhookSecretFile string `yaml:"webhook_secret_file"`
	// TokenFile names the file with an account's token; it replaces AppID and AppKeyFile.
	TokenFile string `yaml:"token_file"`
	// AppID is the id of a GitHub App, and AppKeyFile names the file with its key.
	AppID      string `yaml:"app_id"`
	AppKeyFile string `yaml:"app_key_file"`
	// Organisations holds the organisations with repositories of a course, by name.
	Organisations map[string]GitHubOrganisation `yaml:"organisations"`
}

// GitHubOrganisation is an organisation with the repositories of a course.
type GitHubOrganisation struct {
	Course string `yaml:"course"`
	// Assignments maps prefixes of repository names to assignments, where the two differ.
	Assignments map[string]string `yaml:"assignments"`
	// Tests maps names of tests repositories to their assignments.
	Tests map[string]string `yaml:"tests"`
}

// organisationName matches the names of GitHub's organisations.
var organisationName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`)

func (g *GitHubLink) withDefaults() *GitHubLink {
	if g == nil {
		return nil
	}
	is := *g
	if is.URL = strings.TrimSuffix(is.URL, "/"); is.URL == "" {
		is.URL = publicGitHub
	}
	return &is
}

func (g *GitHubLink) check() error {
	if g == nil {
		return nil
	}
	if err := service(g.URL); err != nil {
		return at("url", err)
	}
	switch {
	case g.WebhookSecretFile == "":
		return at("webhook_secret_file", errors.New("is missing; write a random secret into a file that the server alone can read, and give it to GitHub"))
	case (g.AppID == "") != (g.AppKeyFile == ""):
		return at("app_id", errors.New("and app_key_file belong together; GitHub shows the one and gives out the other"))
	case (g.TokenFile == "") == (g.AppID == ""):
		return at("token_file", errors.New("or app_id with app_key_file must be given, and not both"))
	case len(g.Organisations) == 0:
		return at("organisations", errors.New("must name at least one, with its course"))
	}
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(g.Organisations)) {
		if other := seen[strings.ToLower(name)]; other != "" {
			return at("organisations", fmt.Errorf("%s and %s are one organisation: case does not matter at GitHub; keep one of them", other, name))
		}
		seen[strings.ToLower(name)] = name
		if !organisationName.MatchString(name) {
			return at("organisations", fmt.Errorf("%q cannot be the name of an organisation at GitHub", name))
		}
		if err := g.Organisations[name].check(); err != nil {
			return at("organisations", at(name, err))
		}
	}
	return nil
}

func (o GitHubOrganisation) check() error {
	if err := schema.Segment("course", o.Course); err != nil {
		return at("course", err)
	}
	for _, table := range []map[string]string{o.Assignments, o.Tests} {
		for _, name := range slices.Sorted(maps.Keys(table)) {
			if err := schema.Segment("assignment", table[name]); err != nil {
				return at(name, err)
			}
		}
	}
	return nil
}
