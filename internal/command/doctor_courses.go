package command

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

// courseFindings checks that the configuration has the flavours that the courses of the
// data directory use. It returns none without a data directory.
func courseFindings(c *cli.Context, config configs.Config) ([]finding, error) {
	dir := c.String("data")
	if dir == "" {
		return nil, nil
	}
	if _, err := os.Stat(filepath.Join(dir, service.Database)); err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "%s is not the data directory of a server: %s", dir, err)
	}
	uses, err := callAdmin[[]service.FlavourUse](c, "flavours", service.None{})
	if err != nil {
		return nil, fmt.Errorf("courses of %s: %w", dir, err)
	}
	return flavourFindings(uses, config), nil
}

// flavourFindings returns one finding for each missing flavour of a course, and one for
// the others.
func flavourFindings(uses []service.FlavourUse, config configs.Config) []finding {
	var lacking []finding
	for _, u := range uses {
		if _, ok := config.Flavours[u.Flavour]; ok {
			continue
		}
		lacking = append(lacking, finding{
			What: "course " + u.Course, Needed: u.Waits(),
			Says:   fmt.Sprintf("flavour %s (%s) is not in the configuration", u.Flavour, u.Words()),
			Remedy: fmt.Sprintf("add %s under flavours: in the configuration, or change the course: grader admin course set %s --help", u.Flavour, u.Course),
		})
	}
	if len(uses) > 0 && len(lacking) == 0 {
		return []finding{{What: "courses", Works: true, Says: "the configuration has the flavours that they use"}}
	}
	return lacking
}
