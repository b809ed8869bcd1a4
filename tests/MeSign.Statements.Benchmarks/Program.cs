using BenchmarkDotNet.Running;
using MeSign.Statements.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(QuickConfig).Assembly).Run(args);
