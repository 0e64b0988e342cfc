package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

//go:embed manifests
var packaged embed.FS

// undisableable are the packaged manifests that --disable does not know: what agents need to join.
var undisableable = map[string]bool{"rolebindings": true}

// deployer applies what lies in server/manifests, at the start and whenever a file changes.
type deployer struct {
	o       *options
	folder  string
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
	applied map[string]string // file → content's hash
}

func newDeployer(o *options, config *rest.Config) (*deployer, error) {
	config = rest.CopyConfig(config)
	config.WarningHandler = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	return &deployer{
		o: o, folder: o.path("server", "manifests"), dynamic: client, applied: map[string]string{},
		mapper: restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found)),
	}, nil
}

// stage writes the packaged manifests anew, as every start of K3s does, whatever became of them.
func (d *deployer) stage() error {
	if err := os.MkdirAll(d.folder, 0o700); err != nil {
		return err
	}
	files, err := fs.Glob(packaged, "manifests/*.yaml")
	if err != nil {
		return err
	}
	values := strings.NewReplacer(
		"%{CLUSTER_DOMAIN}%", d.o.clusterDomain, "%{CLUSTER_DNS}%", d.o.clusterDNS.split()[0],
		"%{STORAGE_PATH}%", d.o.path("storage"),
	)
	for _, file := range files {
		content, err := packaged.ReadFile(file)
		if err != nil {
			return err
		}
		target := filepath.Join(d.folder, filepath.Base(file))
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		text := []byte(values.Replace(string(content)))
		if d.o.disabled(name) && !undisableable[name] {
			// What an earlier start deployed goes with the file.
			if exists(target) {
				d.remove(context.Background(), text)
				_ = os.Remove(target)
			}
			continue
		}
		log.info("Writing static file: %s", target)
		if err := os.WriteFile(target, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (d *deployer) run(ctx context.Context) {
	_ = until(ctx, 15*time.Second, func() bool { d.scan(ctx); return false })
}

// scan applies every file that is new or changed. A file with an error is tried again at the next scan.
func (d *deployer) scan(ctx context.Context) {
	_ = filepath.WalkDir(d.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		name := filepath.Base(path)
		switch filepath.Ext(name) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		skipped := exists(path+".skip") || d.o.disabled(strings.TrimSuffix(name, filepath.Ext(name)))
		content, err := os.ReadFile(path)
		if err != nil || skipped || d.applied[path] == hashOf(content) {
			return nil
		}
		if err := d.apply(ctx, content); err != nil {
			log.error("Failed to process config: failed to process %s: %v", path, err)
			return nil
		}
		log.info("Applied manifest at %q", path)
		d.applied[path] = hashOf(content)
		return nil
	})
}

func (d *deployer) apply(ctx context.Context, content []byte) error {
	return d.each(content, func(client dynamic.ResourceInterface, object *unstructured.Unstructured) error {
		_, err := client.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "deploy@" + d.o.nodeName, Force: true})
		return err
	})
}

func (d *deployer) remove(ctx context.Context, content []byte) {
	if err := d.each(content, func(client dynamic.ResourceInterface, object *unstructured.Unstructured) error {
		err := client.Delete(ctx, object.GetName(), metav1.DeleteOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	}); err != nil {
		log.error("%v", err)
	}
}

// each calls act for every object of a file, to its end even if one fails.
func (d *deployer) each(content []byte, act func(dynamic.ResourceInterface, *unstructured.Unstructured) error) error {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	var failed []error
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return errors.Join(failed...)
		}
		if err != nil {
			return err
		}
		if len(object.Object) == 0 {
			continue
		}
		objects := []unstructured.Unstructured{*object}
		if object.IsList() {
			list, err := object.ToList()
			if err != nil {
				return err
			}
			objects = list.Items
		}
		for i := range objects {
			client, err := d.resource(&objects[i])
			if err == nil {
				err = act(client, &objects[i])
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s %s: %w", objects[i].GetKind(), objects[i].GetName(), err))
			}
		}
	}
}

func (d *deployer) resource(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := d.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		// It may be a kind of a CRD that came meanwhile.
		d.mapper.Reset()
		if mapping, err = d.mapper.RESTMapping(kind.GroupKind(), kind.Version); err != nil {
			return nil, err
		}
	}
	client := d.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return client, nil
	}
	if object.GetNamespace() == "" {
		object.SetNamespace(metav1.NamespaceDefault)
	}
	return client.Namespace(object.GetNamespace()), nil
}
