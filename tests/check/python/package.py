# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The ntmosaic authors
"""The package as a whole: its manual, its types, what it loads."""

import ast
import inspect
import os
import pathlib
import pydoc
import re
import subprocess
import sys

import ntstrip
from support import Case, main

README = pathlib.Path(__file__).parents[3] / 'README.md'
STUB = pathlib.Path(ntstrip.__file__).with_suffix('.pyi')


def public_names(thing):
    return [name for name in vars(thing) if not name.startswith('_')]


def describe(arguments):
    """Names and defaults of a function in the stub."""
    names = [a.arg for a in arguments.posonlyargs + arguments.args]
    defaults = dict(zip(reversed(names), reversed(arguments.defaults)))
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs,
                                          arguments.kw_defaults)}
    names += [a.arg for a in arguments.kwonlyargs]
    return [(name, ast.literal_eval(defaults[name]) if name in defaults
             else inspect.Parameter.empty) for name in names]


def run_python(code, **env):
    return subprocess.run([sys.executable, '-c', code], text=True, check=True,
                          env={**os.environ, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


class Package(Case):
    def setUp(self):
        self.stub = {node.name: node for node in ast.parse(
            STUB.read_text(encoding='utf-8')).body
            if isinstance(node, (ast.ClassDef, ast.FunctionDef))}

    def assert_same_signature(self, function, node):
        signature = inspect.signature(function)
        self.assertEqual(
            [(p.name, p.default) for p in signature.parameters.values()
             if p.kind != p.VAR_KEYWORD], describe(node.args), node.name)

    def test_stub_has_all(self):
        names = {*self.stub, 'kernel'}
        self.assertLessEqual(set(ntstrip.__all__), names)
        self.assertEqual(sorted(ntstrip.__all__), list(ntstrip.__all__))

    def test_signatures_of_functions(self):
        for name in ['concatenate', 'stack', 'hstack', 'vstack']:
            self.assert_same_signature(getattr(ntstrip, name), self.stub[name])

    def test_strip_in_the_stub(self):
        self.check_class(ntstrip.Strip, ['__init__', '__len__'])

    def test_images_in_the_stub(self):
        self.check_class(ntstrip.Images, ['__init__', '__enter__', '__exit__'])

    def check_class(self, kind, special_names):
        nodes = {node.name: node for node in self.stub[kind.__name__].body}
        self.assertEqual(sorted(nodes),
                         sorted([*public_names(kind), *special_names]))
        for name, node in nodes.items():
            if name == '__exit__':
                continue
            thing = inspect.getattr_static(kind, name)
            if isinstance(thing, property):
                self.assert_same_signature(thing.fget, node)
            elif isinstance(thing, classmethod):
                self.assert_same_signature(thing.__func__, node)
            else:
                self.assert_same_signature(thing, node)

    def test_tuples_in_the_stub(self):
        for kind in [ntstrip.Report, ntstrip.ImageFailure,
                     ntstrip.ImagesReport, ntstrip.ImagesStats]:
            self.assertEqual(
                [node.target.id for node in self.stub[kind.__name__].body],
                list(kind._fields))

    def test_manual(self):
        """help(ntstrip) shows all public names, and says something of each."""
        for words in ['Strip makes ', 'Images makes ', 'concatenate(), stack()',
                      'hstack() and vstack()', 'ntstrip.gst is', 'kernel is']:
            self.assertIn(words, ntstrip.__doc__)
        text = pydoc.plain(pydoc.render_doc(ntstrip))
        for name in ntstrip.__all__:
            self.assertIn(name, text)
        for thing in [ntstrip, ntstrip.Strip, ntstrip.Report, ntstrip.stack,
                      ntstrip.concatenate, ntstrip.hstack, ntstrip.vstack,
                      ntstrip.Images, ntstrip.ImageError,
                      ntstrip.ImageFailure, ntstrip.ImagesReport,
                      ntstrip.ImagesStats,
                      *(getattr(kind, name)
                        for kind in [ntstrip.Strip, ntstrip.Images]
                        for name in public_names(kind))]:
            self.assertTrue(inspect.getdoc(thing), thing)

    def test_readme(self):
        """The program in README.md, with smaller images."""
        text = README.read_text(encoding='utf-8')
        program = re.search(r'```python\n(import ntstrip\n.*?)```', text,
                            re.DOTALL).group(1)
        self.assertIn('(64, 6400, 4) Report(copied=0, kept=100',
                      run_python(program.replace('1024', '64')))

    def test_nothing_else_is_loaded(self):
        """Neither GStreamer nor GLib, nor libntstrip beside the package."""
        loaded = run_python('import ntstrip; '
                            'print(open("/proc/self/maps").read())')
        self.assertIn('_ntstrip.abi3.so', loaded)
        for library in ['libgst', 'libglib', 'libgobject', 'libntstrip']:
            self.assertNotIn(library, loaded)

    def test_kernel(self):
        code = 'import ntstrip; print(ntstrip.kernel)'
        self.assertEqual(run_python(code, NTMOSAIC_CPU='c').strip(), 'c')
        text = run_python(code, NTMOSAIC_CPU='fast')
        self.assertIn('RuntimeWarning: NTMOSAIC_CPU=fast: no kernel has that '
                      'name', text)


if __name__ == '__main__':
    main()
