using BenchmarkDotNet.Running;
using MeSign.Statements.Benchmarks;

if (args is ["compare-sealing"])
    await SealingComparison.RunAsync();
else if (args is ["ratios"])
    await PdfSigningRatios.PrintAsync();
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickConfig).Assembly).Run(args);
