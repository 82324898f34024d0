import {
  DataTypeNode,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  type QueryId,
  RawNode,
  type ColumnDefinitionNode,
} from 'kysely'

/** Texts compare and sort by their bytes on PostgreSQL too, whatever the language of its database. */
class Bytewise extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode, queryId?: QueryId): ColumnDefinitionNode {
    const made = super.transformColumnDefinition(node, queryId)
    return isText(made.dataType) ? { ...made, dataType: RawNode.createWithSql('text collate "C"') } : made
  }
}

const isText = (node: OperationNode): boolean => DataTypeNode.is(node) && node.dataType === 'text'

const transformer = new Bytewise()

export const BYTEWISE: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
}
