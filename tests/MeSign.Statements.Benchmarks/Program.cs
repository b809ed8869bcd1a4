using BenchmarkDotNet.Running;
using MeSign.Statements.Benchmarks;

if (args is ["compare-sealing"])
    await SealingComparison.RunAsync();
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickConfig).Assembly).Run(args);
