using System.Globalization;

namespace MeSign.Statements.Tests.Soak;

/// <summary>The resident memory of one process over the time that it works.</summary>
internal sealed class MemoryCurve(int processId)
{
    private readonly List<double> _mebibytes = [];

    public void Sample()
    {
        var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        if (line is not null)
            _mebibytes.Add(double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024);
    }

    /// <summary>The median of a part of the samples, in MiB.</summary>
    public double Median(double from, double to)
    {
        var part = _mebibytes[(int)(_mebibytes.Count * from)..(int)(_mebibytes.Count * to)].Order().ToList();
        return part[part.Count / 2];
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"process {processId}: {_mebibytes.Count} samples, medians of the quarters {Median(0, 0.25):F0}, {Median(0.25, 0.5):F0}, {Median(0.5, 0.75):F0}, {Median(0.75, 1):F0} MiB, most {_mebibytes.Max():F0} MiB");
}
