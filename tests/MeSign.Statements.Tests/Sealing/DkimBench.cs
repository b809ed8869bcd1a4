namespace MeSign.Statements.Tests.Sealing;

/// <summary>A message, and the records under which receivers look for its keys.</summary>
public abstract class DkimBench
{

}
